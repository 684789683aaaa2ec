import type { Model } from './model.js';
import { actOf, type NamedAct, type NoAct } from './name-acts.js';
import { pathsOf } from './name-state.js';
import { callKey, type RawRecord } from './raw-record.js';

/** A call to a name, and what the names stood for when it returned. */
export interface Member extends NamedAct {
  readonly record: RawRecord;
  readonly looks: readonly RawRecord[];
}

/** Calls to one name that overlap, one after the other. */
const MOST_MEMBERS = 12;
const NONE: readonly never[] = [];

/** Finds the calls to the same names that overlapped in time: all of them, or none. */
export class Overlaps {
  private readonly acts = new WeakMap<RawRecord, NamedAct | NoAct>();

  constructor(
    private readonly model: Model,
    private readonly looks: ReadonlyMap<string, readonly RawRecord[]>,
  ) {}

  /**
   * The record's call, and those of `queue` that are about a name of it, or of one of the others, and overlap that one: where
   * one of them has a look, which is the last one's at least. None where another call that overlaps them may have changed
   * what they are about, too, and nothing tells how. `looking`: those of the queue that have a look.
   */
  around(record: RawRecord, looking: readonly RawRecord[], queue: Iterable<RawRecord>): readonly Member[] {
    const first = this.member(record);
    if (typeof first === 'string') return NONE;
    const members = this.closed([first], looking);
    if (!members.some(({ looks }) => looks.length > 0)) return NONE;
    return this.closed(members, [...queue]);
  }

  /** Together with all of the others that belong to them; one that comes late can bring in one that was passed. */
  private closed(begun: readonly Member[], others: readonly RawRecord[]): readonly Member[] {
    const members = [...begun];
    for (let known = 0; known < members.length; ) {
      const newest = members.slice(known);
      known = members.length;
      for (const other of others) {
        if (other.name !== 'call' || members.some(({ record }) => record === other)) continue;
        const beside = newest.filter(({ record }) => overlap(record, other));
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

  private member(record: RawRecord): Member | NoAct {
    const known = this.acts.get(record) ?? actOf(this.model, record);
    this.acts.set(record, known);
    return typeof known === 'string' ? known : { ...known, record, looks: this.looks.get(callKey(record)) ?? NONE };
  }
}

function overlap(one: RawRecord, other: RawRecord): boolean {
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
