import type { Model } from '../names/model.js';
import { identityKey, identityOf, type Identity } from '../../linux/inode-identity.js';
import { isCall, type Look, type Operation } from '../operation.js';
import { linearize, type Ordered, type Step } from './linearize.js';
import { applyAct, applySeen, type Held, type NameState, NO_FILE, pathsOf } from './name-state.js';
import { type Member, Overlaps } from './overlaps.js';
import type { Races } from './races.js';

const NONE: readonly never[] = [];

/**
 * What paths stood for when calls returned, and the order of the calls that it proves. Only calls that another one to the
 * same name overlapped have looks, so most recordings come by here with nothing to do.
 */
export class Looks {
  /** Operations that have some and were not taken yet. */
  private waiting: Operation[] = [];
  private readonly ordered = new WeakMap<Operation, Ordered & { calls: readonly Operation[] }>();
  private readonly overlaps: Overlaps;

  constructor(
    private readonly model: Model,
    private readonly races: Races,
    private readonly monotonic: (ns: number) => bigint,
  ) {
    this.overlaps = new Overlaps(model);
  }

  /** Every operation that waits for its turn. */
  queued(op: Operation): void {
    if (op.looks.length > 0) this.waiting.push(op);
  }

  taken(op: Operation): void {
    const at = op.looks.length === 0 ? -1 : this.waiting.indexOf(op);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** Where the operation stands among those that overlapped it; undefined where that is not known. */
  placeOf(op: Operation): Ordered | undefined {
    const known = this.ordered.get(op);
    return known === undefined ? undefined : { order: known.order, step: known.step };
  }

  /**
   * Operations that took effect before this one, which is next by its end; some may have been taken already. `queue`: what
   * waits behind it.
   */
  before(op: Operation, queue: Iterable<Operation>): readonly Operation[] {
    if (!isCall(op)) return NONE;
    if (this.waiting.length > 0 && !this.ordered.has(op)) this.order(this.overlaps.around(op, this.waiting, queue));
    const calls = this.ordered.get(op)?.calls ?? NONE;
    return calls.slice(0, calls.indexOf(op));
  }

  private order(members: readonly Member[]): void {
    if (members.length < 2 || this.isBegun(members)) return;
    const start = this.start(members);
    const made = new Set<Held>();
    for (const { act } of members) if (act.does === 'make') made.add(act.as);
    const steps: Step<NameState>[] = members.map(({ op, act }) => ({
      fromNs: op.enterNs,
      untilNs: op.exitNs,
      apply: applyAct(act),
    }));
    for (const [after, member] of members.entries()) {
      for (const look of member.op.looks)
        steps.push(...this.seen(member, look, start, made).map((step) => ({ ...step, after })));
    }
    const order = linearize(steps, start);
    if (order === undefined) return;
    const calls = order.steps.flatMap((step) => members[step]?.op ?? []);
    for (const [step, { op }] of members.entries()) this.ordered.set(op, { order, step, calls });
  }

  /** Whether one of theirs has taken its turn already, as one that came late finds it: what was before all of them is not known then. */
  private isBegun(members: readonly Member[]): boolean {
    return members.some(({ act, op }) => this.races.mayHaveMoved(pathsOf(act), op));
  }

  /** What the names stand for before all of them, and what the files are where one of the calls changes that. */
  private start(members: readonly Member[]): NameState {
    const { state } = this.model;
    const names = new Map<string, Held>();
    const acts = members.map(({ act }) => act);
    const beforeNs = this.monotonic(Math.min(...members.map(({ op }) => op.exitNs)));
    for (const path of acts.flatMap(pathsOf)) names.set(path, this.model.noted('/', path, beforeNs)?.file ?? 0);
    const nodes = [...names.values()].flatMap((file) => {
      const node = typeof file === 'number' ? (state.rec(file) ?? state.base.node(file)) : undefined;
      return node === undefined ? [] : [[file, node] as const];
    });
    const sets = (what: 'mode' | 'owner') => acts.some((act) => act.does === 'use' && act[what] !== undefined);
    return {
      names,
      modes: new Map(sets('mode') ? nodes.map(([file, { mode }]) => [file, mode & 0o777]) : NONE),
      owners: new Map(sets('owner') ? nodes.map(([file, { uid, gid }]) => [file, `${uid}:${gid}`]) : NONE),
    };
  }

  private seen(
    { act, paths }: Member,
    { which, found, beganNs, endedNs }: Look,
    { names }: NameState,
    made: ReadonlySet<Held>,
  ): readonly Step<NameState>[] {
    const path = paths[which === 'first' ? 0 : 1];
    if (path === undefined || !pathsOf(act).includes(path)) return NONE;
    const key = found === null ? '' : identityKey(found);
    const apply = applySeen({
      path,
      found: found && {
        file: made.has(key) ? NO_FILE : (this.model.fileOf(found) ?? this.baseFile(found, names.values())),
        key,
        mode: found.mode & 0o777,
        owner: `${found.uid}:${found.gid}`,
      },
    });
    return [{ fromNs: beganNs, untilNs: endedNs, apply }];
  }

  private baseFile(id: Identity, among: Iterable<Held>): number | undefined {
    const identity = identityOf(id);
    for (const file of among) {
      if (typeof file === 'number' && this.model.state.base.node(file)?.identity === identity) return file;
    }
    return undefined;
  }
}
