import type { RawRecord } from './raw-record.js';

interface Recent {
  tid: number;
  exitNs: number;
  offset: number;
  end: number;
}

/** More calls than processors can hardly be in one file at once; older ones have ended before. */
const MOST_RECENT = 16;

/**
 * Writes of different threads to the same bytes that overlapped in time: which came last cannot be told from the order
 * in which the calls ended.
 */
export class Races {
  private readonly byFile = new Map<number, Recent[]>();

  /** Notes a write; the part of it, if any, whose bytes another thread may have written at the same time. */
  note(
    file: number,
    record: RawRecord,
    offset: number,
    length: number,
  ): { offset: number; length: number } | undefined {
    const recent = this.byFile.get(file);
    const mine: Recent = { tid: record.tid, exitNs: record.exitNs, offset, end: offset + length };
    if (recent === undefined) {
      this.byFile.set(file, [mine]);
      return undefined;
    }
    let from = mine.end;
    let to = offset;
    for (const other of recent) {
      if (other.tid === mine.tid || other.exitNs < record.enterNs) continue;
      if (other.offset >= mine.end || other.end <= offset) continue;
      from = Math.min(from, Math.max(offset, other.offset));
      to = Math.max(to, Math.min(mine.end, other.end));
    }
    const alone = recent.length === 1 && recent[0]?.tid === mine.tid;
    if (alone) recent[0] = mine;
    else {
      recent.push(mine);
      if (recent.length > MOST_RECENT) recent.shift();
    }
    return from < to ? { offset: from, length: to - from } : undefined;
  }
}
