import { statSync } from 'node:fs';
import type { Preimages } from './preimages.js';
import type { RawRecord } from './raw-record.js';
import { readRange, spelledOut } from './read-range.js';

/** What the guard had of a write before its call began. */
export interface SetAside {
  length: number;
  /** The first `length` bytes, then `missing` zeros; in parts. */
  read(length: number, missing: number): Iterable<Uint8Array>;
}

/** Writes that went around the ring (abi.ts, aside). */
export class Asides {
  private readonly byThread = new Map<number, RawRecord>();

  constructor(private readonly preimages: Pick<Preimages, 'setAside'>) {}

  add(aside: RawRecord): void {
    this.byThread.set(aside.tid, aside);
  }

  /** undefined: the guard has nothing of it. */
  of(write: RawRecord): SetAside | undefined {
    const aside = this.byThread.get(write.tid);
    const saved = aside?.enterNs === write.enterNs ? this.preimages.setAside(callOf(aside)) : undefined;
    if (saved === undefined) return undefined;
    return {
      length: Math.min(saved.length, statSync(saved.file, { throwIfNoEntry: false })?.size ?? 0),
      *read(length, missing) {
        yield* spelledOut(readRange(saved.file, 0, length));
        yield* spelledOut([{ zeros: missing }]);
      },
    };
  }
}

function callOf(aside: RawRecord): Parameters<Preimages['setAside']>[0] {
  return {
    tid: aside.u32('ns_tid'),
    address: aside.big('address'),
    count: aside.big('count'),
    enteredNs: aside.enteredNs,
  };
}
