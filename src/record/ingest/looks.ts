import { linearize, type Order, type Step } from './linearize.js';
import type { Model } from './model.js';
import { actOf, type NamedAct } from './name-acts.js';
import { applyAct, applySeen, type Held, type NameState, NO_FILE, pathsOf } from './name-state.js';
import { identityKey, inodeOf, type Identity, type RawRecord } from './raw-record.js';

/** A call among those to its names that overlapped it, and the order of them all. */
export interface Ordered {
  readonly order: Order;
  readonly step: number;
}

interface Member extends NamedAct {
  readonly record: RawRecord;
  readonly looks: readonly RawRecord[];
}

/** Calls to one name that overlap, one after the other. */
const MOST_MEMBERS = 12;
const NONE: readonly never[] = [];

/**
 * What names stood for when calls returned (abi.ts, look), and the order of the calls that it proves. Only calls that another
 * one to the same name overlapped have looks, so most recordings come by here with nothing to do.
 */
export class Looks {
  private readonly byCall = new Map<string, RawRecord[]>();
  /** Calls that have some and were not taken yet. */
  private waiting: RawRecord[] = [];
  private readonly acts = new WeakMap<RawRecord, NamedAct | 'none'>();
  private readonly ordered = new WeakMap<RawRecord, Ordered & { calls: readonly RawRecord[] }>();

  constructor(private readonly model: Model) {}

  /** A look comes before its call. */
  add(look: RawRecord): void {
    const known = this.byCall.get(callOf(look));
    if (known === undefined) this.byCall.set(callOf(look), [look]);
    else known.push(look);
  }

  /** Every record that waits for its turn. */
  queued(record: RawRecord): void {
    if (this.byCall.size > 0 && record.name === 'call' && this.byCall.has(callOf(record))) this.waiting.push(record);
  }

  taken(record: RawRecord): void {
    if (this.waiting.length === 0) return;
    const at = this.waiting.indexOf(record);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    this.byCall.delete(callOf(record));
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
    if (this.waiting.length > 0 && !this.ordered.has(record)) this.order(this.around(record, queue));
    const calls = this.ordered.get(record)?.calls ?? NONE;
    return calls.slice(0, calls.indexOf(record));
  }

  private order(members: readonly Member[]): void {
    if (members.length < 2 || members.length > MOST_MEMBERS) return;
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

  /**
   * The record's call, and those of `queue` that are about a name of it, or of one of the others, and overlap that one: where one
   * of them has a look, which is the last one's at least.
   */
  private around(record: RawRecord, queue: Iterable<RawRecord>): readonly Member[] {
    const first = this.member(record);
    if (first === undefined) return NONE;
    const members = [first];
    this.addTo(members, this.waiting);
    const untilNs = Math.max(...members.map((member) => member.record.exitNs));
    const hasLook = members.some(({ looks }) => looks.length > 0);
    if (hasLook) this.addTo(members, queue, untilNs);
    return hasLook ? members : NONE;
  }

  private addTo(members: Member[], others: Iterable<RawRecord>, untilNs = Number.POSITIVE_INFINITY): void {
    for (const other of others) {
      if (other.exitNs > untilNs) return;
      const mayBe = other.name === 'call' && members.every(({ record }) => record !== other);
      if (!mayBe || !members.some((one) => overlap(one.record, other))) continue;
      const member = this.member(other);
      if (member !== undefined && members.some((one) => isAbout(one, member))) members.push(member);
    }
  }

  private member(record: RawRecord): Member | undefined {
    const known = this.acts.get(record) ?? actOf(this.model, record) ?? 'none';
    this.acts.set(record, known);
    return known === 'none' ? undefined : { ...known, record, looks: this.byCall.get(callOf(record)) ?? NONE };
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
      modes: new Map(sets('mode') ? nodes.map(([file, { mode }]) => [file, mode & 0o7777]) : NONE),
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
      mode: look.u32('mode') & 0o7777,
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

function overlap(one: RawRecord, other: RawRecord): boolean {
  return other.enterNs <= one.exitNs && one.enterNs <= other.exitNs;
}

function isAbout(one: Member, other: Member): boolean {
  const paths = pathsOf(one.act);
  return overlap(one.record, other.record) && pathsOf(other.act).some((path) => paths.includes(path));
}

function callOf({ tid, enterNs }: RawRecord): string {
  return `${tid}:${enterNs}`;
}
