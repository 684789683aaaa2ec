import type { OperationOf } from '../operation.js';

/** A write to bytes [offset, end). */
export interface RecentWrite {
  offset: number;
  end: number;
  /** Of the file, as the records before say. */
  sizeBefore: number;
}

/**
 * Offset of the bytes that an ambiguous write wrote: the first place of its window that holds them and that no other write
 * took meanwhile. Of several places any would do, as they hold the same, but the write whose position was moved before it ended
 * is the earliest. A wrong choice lies over another write, which Races finds. `sizeBefore`: of the file, as the records before say.
 */
export function findInWindow(
  { window, isAppend, offset: claimed }: OperationOf<'write'>,
  data: Iterable<Uint8Array> | null,
  meanwhile: readonly RecentWrite[] | undefined,
  sizeBefore: number,
): number | undefined {
  if (window === undefined || meanwhile === undefined) return undefined;
  const held = Buffer.from(window.bytes.buffer, window.bytes.byteOffset, window.bytes.length);
  const bytes = Buffer.concat([...(data ?? [])]);
  const begin = window.offset;
  // An append is not below where the file ended when it began.
  const lowest = isAppend ? Math.min(sizeBefore, ...meanwhile.map((other) => other.sizeBefore)) : begin;
  for (let at = held.indexOf(bytes, Math.max(0, lowest - begin)); at >= 0; at = held.indexOf(bytes, at + 1)) {
    const [offset, end] = [begin + at, begin + at + bytes.length];
    if (meanwhile.every((other) => other.offset >= end || other.end <= offset)) return offset;
  }
  // The size before is not known of a file that was not looked at in time: then by the position, which nobody moved.
  return isAppend && meanwhile.length === 0 ? claimed : undefined;
}
