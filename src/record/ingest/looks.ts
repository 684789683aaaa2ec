import { linearize, type Ordered, type Step } from './linearize.js';
import type { Model } from './model.js';
import { applyAct, applySeen, type Held, type NameState, NO_FILE, pathsOf } from './name-state.js';
import { type Member, Overlaps } from './overlaps.js';
import type { Races } from './races.js';
import { callKey, identityKey, inodeOf, type Identity, type RawRecord } from './raw-record.js';

const NONE: readonly never[] = [];

/**
 * What names stood for when calls returned (abi.ts, look), and the order of the calls that it proves. Only calls that another
 * one to the same name overlapped have looks, so most recordings come by here with nothing to do.
 */
export class Looks {
  private readonly byCall = new Map<string, RawRecord[]>();
  /** Calls that have some and were not taken yet. */
  private waiting: RawRecord[] = [];
  private readonly ordered = new WeakMap<RawRecord, Ordered & { calls: readonly RawRecord[] }>();

  private readonly overlaps: Overlaps;

  constructor(
    private readonly model: Model,
    private readonly races: Races,
  ) {
    this.overlaps = new Overlaps(model, this.byCall);
  }

  /** A look comes before its call. */
  add(look: RawRecord): void {
    const known = this.byCall.get(callKey(look));
    if (known === undefined) this.byCall.set(callKey(look), [look]);
    else known.push(look);
  }

  /** Every record that waits for its turn. */
  queued(record: RawRecord): void {
    if (this.byCall.size > 0 && record.name === 'call' && this.byCall.has(callKey(record))) this.waiting.push(record);
  }

  taken(record: RawRecord): void {
    if (this.waiting.length === 0) return;
    const at = this.waiting.indexOf(record);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    this.byCall.delete(callKey(record));
  }

  /** Where the call stands among those that overlapped it; undefined where that is not known. */
  placeOf(record: RawRecord): Ordered | undefined {
    const known = this.ordered.get(record);
    return known === undefined ? undefined : { order: known.order, step: known.step };
  }

  /**
   * Calls that took effect before the record's, which is next by its end; some may have been taken already. `queue`: what
   * waits behind it.
   */
  before(record: RawRecord, queue: Iterable<RawRecord>): readonly RawRecord[] {
    if (record.name !== 'call') return NONE;
    if (this.waiting.length > 0 && !this.ordered.has(record))
      this.order(this.overlaps.around(record, this.waiting, queue));
    const calls = this.ordered.get(record)?.calls ?? NONE;
    return calls.slice(0, calls.indexOf(record));
  }

  private order(members: readonly Member[]): void {
    if (members.length < 2 || this.isBegun(members)) return;
    const start = this.start(members);
    const made = new Set<Held>();
    for (const { act } of members) if (act.does === 'make') made.add(act.as);
    const steps: Step<NameState>[] = members.map(({ record, act }) => ({
      fromNs: record.enterNs,
      untilNs: record.exitNs,
      apply: applyAct(act),
    }));
    for (const [after, member] of members.entries()) {
      for (const look of member.looks)
        steps.push(...this.seen(member, look, start, made).map((step) => ({ ...step, after })));
    }
    const order = linearize(steps, start);
    if (order === undefined) return;
    const calls = order.steps.flatMap((step) => members[step]?.record ?? []);
    for (const [step, { record }] of members.entries()) this.ordered.set(record, { order, step, calls });
  }

  /** Whether one of theirs has taken its turn already, as one that came late finds it: what was before all of them is not known then. */
  private isBegun(members: readonly Member[]): boolean {
    return members.some(({ act, record }) => this.races.mayHaveMoved(pathsOf(act), record));
  }

  /** What the names stand for before all of them, and what the files are where one of the calls changes that. */
  private start(members: readonly Member[]): NameState {
    const { state } = this.model;
    const names = new Map<string, Held>();
    const acts = members.map(({ act }) => act);
    const beforeNs = members.reduce((ns, { record }) => (record.exitedNs < ns ? record.exitedNs : ns), 2n ** 63n);
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
    look: RawRecord,
    { names }: NameState,
    made: ReadonlySet<Held>,
  ): readonly Step<NameState>[] {
    const path = paths[look.u32('which')];
    if (path === undefined || !pathsOf(act).includes(path)) return NONE;
    const id = look.identity();
    const key = identityKey(id);
    const found = {
      file: made.has(key) ? NO_FILE : (this.model.fileOf(id) ?? this.baseFile(id, names.values())),
      key,
      mode: look.u32('mode') & 0o777,
      owner: `${look.u32('uid')}:${look.u32('gid')}`,
    };
    const isNothing = look.u64('ino') === 0;
    const apply = applySeen({ path, found: isNothing ? null : found });
    return [{ fromNs: look.since('began_ns'), untilNs: look.since('ended_ns'), apply }];
  }

  private baseFile(id: Identity, among: Iterable<Held>): number | undefined {
    const identity = `${id.dev >>> 20}:${id.dev & 0xfffff}:${inodeOf(id)}`;
    for (const file of among) {
      if (typeof file === 'number' && this.model.state.base.node(file)?.identity === identity) return file;
    }
    return undefined;
  }
}
