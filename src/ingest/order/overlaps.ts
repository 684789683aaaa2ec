import type { Model } from '../names/model.js';
import { isCall, type Operation } from '../operation.js';
import { actOf, type NamedAct, type NoAct } from './name-acts.js';
import { pathsOf } from './name-state.js';

/** An operation on a name. */
export interface Member extends NamedAct {
  readonly op: Operation;
}

/** Calls to one name that overlap, one after the other. */
const MOST_MEMBERS = 12;
const NONE: readonly never[] = [];

/** Finds the operations on the same names that overlapped in time: all of them, or none. */
export class Overlaps {
  private readonly acts = new WeakMap<Operation, NamedAct | NoAct>();

  constructor(private readonly model: Model) {}

  /**
   * The operation, and those of `queue` that are about a name of it, or of one of the others, and overlap that one: where
   * one of them has a look, which is the last one's at least. None where another call that overlaps them may have changed
   * what they are about, too, and nothing tells how. `looking`: those of the queue that have a look.
   */
  around(op: Operation, looking: readonly Operation[], queue: Iterable<Operation>): readonly Member[] {
    const first = this.member(op);
    if (typeof first === 'string') return NONE;
    const members = this.closed([first], looking);
    if (!members.some(({ op: { looks } }) => looks.length > 0)) return NONE;
    return this.closed(members, [...queue]);
  }

  /** Together with all of the others that belong to them; one that comes late can bring in one that was passed. */
  private closed(begun: readonly Member[], others: readonly Operation[]): readonly Member[] {
    const members = [...begun];
    for (let known = 0; known < members.length; ) {
      const newest = members.slice(known);
      known = members.length;
      for (const other of others) {
        if (!isCall(other) || members.some(({ op }) => op === other)) continue;
        const beside = newest.filter(({ op }) => overlap(op, other));
        if (beside.length === 0) continue;
        const member = this.member(other);
        if (member === 'none') continue;
        if (member === 'unclear' || beside.some((one) => isAbove(one, member) || isAbove(member, one))) return NONE;
        if (!beside.some((one) => isAbout(one, member))) continue;
        if (members.push(member) > MOST_MEMBERS) return NONE;
      }
    }
    return members;
  }

  private member(op: Operation): Member | NoAct {
    const known = this.acts.get(op) ?? actOf(this.model, op);
    this.acts.set(op, known);
    return typeof known === 'string' ? known : { ...known, op };
  }
}

function overlap(one: Operation, other: Operation): boolean {
  return other.enterNs <= one.exitNs && one.enterNs <= other.exitNs;
}

function isAbout(one: Member, other: Member): boolean {
  const paths = pathsOf(one.act);
  return pathsOf(other.act).some((path) => paths.includes(path));
}

/** A name that is part of the other's path changes what that stands for. */
function isAbove({ act }: Member, other: Member): boolean {
  return (
    act.does !== 'use' && pathsOf(act).some((above) => pathsOf(other.act).some((path) => path.startsWith(`${above}/`)))
  );
}
