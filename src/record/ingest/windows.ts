import { RECORD_FLAGS } from '../../events/abi.js';
import type { RecentWrite } from './races.js';
import type { RawRecord } from './raw-record.js';

/** Where in its file a write is, by what the file held there after the call (abi.ts, window). */
export class Windows {
  private readonly byThread = new Map<number, RawRecord>();

  add(window: RawRecord): void {
    this.byThread.set(window.tid, window);
  }

  /**
   * Offset of the bytes that `write` wrote: the first place that holds them and that no other write took meanwhile. Of several
   * places any would do, as they hold the same, but the write whose position was moved before it ended is the earliest. A
   * wrong choice lies over another write, which Races finds. `sizeBefore`: of the file, as the records before say.
   */
  find(
    write: RawRecord,
    data: Iterable<Uint8Array> | null,
    meanwhile: readonly RecentWrite[] | undefined,
    sizeBefore: number,
  ): number | undefined {
    const window = this.byThread.get(write.tid);
    if (window === undefined || window.enterNs !== write.enterNs || meanwhile === undefined) return undefined;
    const held = window.payloadUpTo(window.u32('length'));
    const bytes = Buffer.concat([...(data ?? [])]);
    const begin = window.u64('offset');
    // An append is not below where the file ended when it began.
    const isAppend = write.has(RECORD_FLAGS.append);
    const lowest = isAppend ? Math.min(sizeBefore, ...meanwhile.map((other) => other.sizeBefore)) : begin;
    for (let at = held.indexOf(bytes, Math.max(0, lowest - begin)); at >= 0; at = held.indexOf(bytes, at + 1)) {
      const [offset, end] = [begin + at, begin + at + bytes.length];
      if (meanwhile.every((other) => other.offset >= end || other.end <= offset)) return offset;
    }
    // The size before is not known of a file that was not looked at in time: then by the position, which nobody moved.
    return isAppend && meanwhile.length === 0 ? write.u64('offset') : undefined;
  }
}
