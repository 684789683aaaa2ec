import type { FileContent } from '../timeline/types.js';
import type { TextRange } from './line-diff.js';
import { formatCount } from './quantities.js';

/** Files up to this size are shown whole; of larger ones only the surroundings of one place are read. */
export const WHOLE_FILE_BYTES = 512 * 1024;
const AROUND_BYTES = 48 * 1024;
/** git's rule: a NUL within the first 8000 bytes makes a file binary. */
const SNIFF_BYTES = 8000;

/** A part of a file's bytes. `unknown` ranges are absolute; their bytes are zeros and mean nothing. */
export interface FileWindow {
  sizeBytes: number;
  offset: number;
  bytes: Buffer;
  unknown: { offset: number; length: number }[];
}

export const EMPTY_WINDOW: FileWindow = { sizeBytes: 0, offset: 0, bytes: Buffer.alloc(0), unknown: [] };

export interface Place {
  offset: number;
  length: number;
}

/** Where to read so that the place is in view: everything of a small file, else a stretch with line breaks at its ends. */
export function stretchAround(place: Place, largestBytes: number): Place {
  if (largestBytes <= WHOLE_FILE_BYTES) return { offset: 0, length: largestBytes };
  const offset = Math.max(0, place.offset - AROUND_BYTES);
  const end = Math.min(place.offset + Math.min(place.length, AROUND_BYTES) + AROUND_BYTES, largestBytes);
  return { offset, length: Math.max(0, end - offset) };
}

export async function readWindow(content: FileContent, stretch: Place): Promise<FileWindow> {
  const length = Math.max(0, Math.min(stretch.length, content.sizeBytes - stretch.offset));
  if (length === 0) return { ...EMPTY_WINDOW, sizeBytes: content.sizeBytes, offset: stretch.offset };
  const { bytes, unknown } = await content.read(stretch.offset, length);
  return { sizeBytes: content.sizeBytes, offset: stretch.offset, bytes, unknown };
}

export function isBinary(window: FileWindow): boolean {
  if (window.unknown.length > 0) return false;
  const head = window.bytes.subarray(0, SNIFF_BYTES);
  if (head.includes(0)) return true;
  return notUtf8(head) > head.length / 10;
}

/** Lines of the window; a line cut off at the edge of the window is left out unless it is the only one. */
export function linesOf(window: FileWindow): { lines: string[]; endsWithNewline: boolean } {
  const lines = knownParts(window).flatMap((part) => (part.unknown ? [part.text] : splitLines(part.text)));
  const endsWithNewline = window.bytes.length === 0 || window.bytes.at(-1) === 0x0a;
  if (window.offset > 0 && lines.length > 1) lines.shift();
  if (window.offset + window.bytes.length < window.sizeBytes && !endsWithNewline && lines.length > 1) lines.pop();
  return { lines, endsWithNewline };
}

/** A text of lone surrogates cannot come out of a decoder, so no file can imitate it. */
const UNKNOWN_PREFIX = '\ud800\ud800';

/** What to show for a line that stands for unknown bytes; undefined for every other line. */
export function unknownLine(text: string): string | undefined {
  return text.startsWith(UNKNOWN_PREFIX) ? text.slice(UNKNOWN_PREFIX.length) : undefined;
}

/** Unknown ranges stand as one marked line of their own, never as zeros. */
function knownParts(window: FileWindow): { text: string; unknown: boolean }[] {
  const parts: { text: string; unknown: boolean }[] = [];
  let at = 0;
  for (const range of window.unknown) {
    const from = Math.max(0, range.offset - window.offset);
    if (from > at) parts.push({ text: window.bytes.toString('utf8', at, from), unknown: false });
    const what = `${formatCount(range.length)} bytes at ${range.offset} are unknown: they were not captured`;
    parts.push({ text: `${UNKNOWN_PREFIX}${what}`, unknown: true });
    at = Math.min(window.bytes.length, range.offset + range.length - window.offset);
  }
  if (at < window.bytes.length) parts.push({ text: window.bytes.toString('utf8', at), unknown: false });
  return parts;
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Number of bytes that are no part of valid UTF-8, roughly: replacement characters in the decoded text. */
function notUtf8(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let count = 0;
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', at + 1)) count++;
  return count;
}

/** The first differing stretch of two windows that start at the same offset, absolute; undefined when equal. */
export function differingRange(before: FileWindow, after: FileWindow): TextRange | undefined {
  const a = before.bytes;
  const b = after.bytes;
  const limit = Math.min(a.length, b.length);
  let head = 0;
  while (head < limit && a[head] === b[head]) head++;
  if (head === a.length && head === b.length) return undefined;
  let tail = 0;
  if (a.length === b.length) while (tail < limit - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { from: after.offset + head, to: after.offset + Math.max(a.length, b.length) - tail };
}
