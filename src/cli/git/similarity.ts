import type { Hunk } from './hunks.js';
import type { Side } from './side.js';

/** 0 to 99: how much of the old content is in the new, of two that differ. */
export function similarityOf(before: Side | undefined, after: Side | undefined, hunks: readonly Hunk[]): number {
  const largest = Math.max(before?.sizeBytes ?? 0, after?.sizeBytes ?? 0);
  if (before?.bytes === undefined || after?.bytes === undefined || largest === 0) return 0;
  const kept = hunks.length === 0 ? commonEnds(before.bytes, after.bytes) : before.sizeBytes - removedBytes(hunks);
  return Math.min(99, Math.floor((100 * Math.max(0, kept)) / largest));
}

function removedBytes(hunks: readonly Hunk[]): number {
  let sum = 0;
  for (const hunk of hunks) for (const { sign, text } of hunk.lines) if (sign === '-') sum += text.length;
  return sum;
}

function commonEnds(before: Buffer, after: Buffer): number {
  const limit = Math.min(before.length, after.length);
  let head = 0;
  while (head < limit && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < limit - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return head + tail;
}
