import type { RawRecord } from './raw-record.js';

/** A write to bytes [offset, end). */
export interface RecentWrite {
  file: number;
  tid: number;
  exitNs: number;
  offset: number;
  end: number;
  /** Of the file, as the records before say. */
  sizeBefore: number;
}

/** Writes remembered. A call that overlaps more of them in time was kept from running for long. */
const MOST_RECENT = 16_384;
/** Records of different processors stand in the order of their ends but for so much. */
const DISORDER_NS = 20_000;

/** Writes of different threads that overlapped in time: what came last cannot be told from the order in which calls ended. */
export class Races {
  /** Of all files, in the order of the records. */
  private recent: RecentWrite[] = [];
  private hasForgotten = false;

  /**
   * What other threads wrote to the file while this write was under way, as far as it is known yet; undefined when too
   * much happened since.
   */
  meanwhile(file: number, write: RawRecord): RecentWrite[] | undefined {
    const writes: RecentWrite[] = [];
    for (let i = this.recent.length - 1; i >= 0; i--) {
      const other = this.recent[i] as RecentWrite;
      if (other.exitNs < write.enterNs - DISORDER_NS) return writes;
      if (other.file === file && other.tid !== write.tid && other.exitNs >= write.enterNs) writes.push(other);
    }
    return this.hasForgotten ? undefined : writes;
  }

  /** Notes a write; the part of it, if any, whose bytes another thread may have written at the same time. */
  note(
    file: number,
    write: RawRecord,
    { offset, length, sizeBefore }: { offset: number; length: number; sizeBefore: number },
  ): { offset: number; length: number } | undefined {
    const end = offset + length;
    let from = end;
    let to = offset;
    for (const other of this.meanwhile(file, write) ?? [{ offset, end }]) {
      if (other.offset >= end || other.end <= offset) continue;
      from = Math.min(from, Math.max(offset, other.offset));
      to = Math.max(to, Math.min(end, other.end));
    }
    this.recent.push({ file, tid: write.tid, exitNs: write.exitNs, offset, end, sizeBefore });
    if (this.recent.length > 2 * MOST_RECENT) {
      this.recent = this.recent.slice(-MOST_RECENT);
      this.hasForgotten = true;
    }
    return from < to ? { offset: from, length: to - from } : undefined;
  }
}
