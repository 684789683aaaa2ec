import type { EventBody } from '../event-body.js';

/** A range of a file that was copied while the command went on. */
export interface CopiedRange {
  offset: number;
  length: number;
  hole: boolean;
  /** When the copy was done, on CLOCK_MONOTONIC. */
  doneNs: bigint;
}

/**
 * Files above the pre-image limit, which the guard copies while the command may already overwrite them. A byte of the copy
 * is the old one when no change of it had begun before it was copied; what was overtaken stays unknown (law 3).
 */
export class LargeFiles {
  private readonly byIdentity = new Map<string, LargeFile>();

  /** Notes a file that is being copied; `ranges` grows while it is. */
  add(identity: string, ranges: readonly CopiedRange[]): void {
    if (!this.byIdentity.has(identity)) this.byIdentity.set(identity, new LargeFile(ranges));
  }

  get isEmpty(): boolean {
    return this.byIdentity.size === 0;
  }

  /** Takes notice of what an event changes. `identityOf`: of the base file that an event is about, if it is one. */
  event(body: EventBody, beganNs: bigint, identityOf: (file: number) => string | undefined): void {
    const changed = changedRange(body);
    if (changed === undefined) return;
    const [from, to] = changed;
    if (body.file === 0) {
      for (const file of this.byIdentity.values()) file.change(from, to, beganNs);
      return;
    }
    const identity = identityOf(body.file);
    if (identity !== undefined) this.change(identity, from, to, beganNs);
  }

  /** From then on any byte may change without a call: a shared writable mapping. */
  change(identity: string, from: number, to: number, beganNs: bigint): void {
    this.byIdentity.get(identity)?.change(from, to, beganNs);
  }

  /** The parts of the copy that are certainly old, ascending. */
  known(identity: string): CopiedRange[] {
    return this.byIdentity.get(identity)?.known() ?? [];
  }
}

/** What an event may have changed of a file's content: [from, to). A gap: anything. */
function changedRange(body: EventBody): [number, number] | undefined {
  switch (body.kind) {
    case 'file.write':
    case 'file.copy':
    case 'file.sync':
      return [body.offset, body.offset + body.length];
    case 'file.truncate':
      return [body.sizeBytes, Number.POSITIVE_INFINITY];
    case 'file.allocate':
      return [body.offset, Number.POSITIVE_INFINITY];
    case 'gap':
      return [0, Number.POSITIVE_INFINITY];
    default:
      return undefined;
  }
}

class LargeFile {
  /** Ascending, apart from each other. */
  private overtaken: [from: number, to: number][] = [];

  constructor(private readonly copied: readonly CopiedRange[]) {}

  /** Of what was not copied when the change began, the copy cannot be trusted. */
  change(from: number, to: number, beganNs: bigint): void {
    let at = from;
    for (let i = this.firstAfter(from); i < this.copied.length; i++) {
      const range = this.copied[i] as CopiedRange;
      if (range.offset >= to) break;
      if (range.doneNs >= beganNs) continue;
      if (range.offset > at) this.overtake(at, range.offset);
      at = Math.max(at, range.offset + range.length);
    }
    if (at < to) this.overtake(at, to);
  }

  known(): CopiedRange[] {
    const known: CopiedRange[] = [];
    for (const range of this.copied) {
      const end = range.offset + range.length;
      let at = range.offset;
      for (const [from, to] of this.overtaken) {
        if (to <= at || from >= end) continue;
        if (from > at) known.push({ ...range, offset: at, length: from - at });
        at = to;
      }
      if (at < end) known.push({ ...range, offset: at, length: end - at });
    }
    return known;
  }

  /** Index of the first copied range that ends after `offset`. */
  private firstAfter(offset: number): number {
    let [low, high] = [0, this.copied.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.copied[middle] as CopiedRange;
      if (range.offset + range.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private overtake(from: number, to: number): void {
    let [low, high] = [from, to];
    const apart = this.overtaken.filter(([a, b]) => {
      if (b < low || a > high) return true;
      low = Math.min(low, a);
      high = Math.max(high, b);
      return false;
    });
    this.overtaken = [...apart, [low, high] as [number, number]].sort((one, other) => one[0] - other[0]);
  }
}
