import { createHash, type Hash } from 'node:crypto';
import { toBytes } from '../../events/byte-string.js';
import { binaryPatch } from './binary-patch.js';
import { type Hunk, makeHunks } from './hunks.js';
import { quoteName } from './quote-name.js';

/** S_IFMT */
export const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const SYMLINK = 0o120000;
/** git looks for a NUL in this many bytes to tell binary files (xdiff-interface.c). */
const SNIFF_BYTES = 8000;

/** One side of a change. */
export interface Side {
  /** The name in the patch, without `a/` or `b/`. */
  name: string;
  /** st_mode. */
  mode: number;
  sizeBytes: number;
  /** The content; of a symbolic link its target. undefined when it is too large to be shown. */
  bytes: Buffer | undefined;
  /** git's name for the content: the SHA-1 of `blob SIZE`, a NUL, and the bytes. */
  blobId: string;
}

export function sideOf(name: string, mode: number, bytes: Buffer): Side {
  return { name, mode, sizeBytes: bytes.length, bytes, blobId: blobHash(bytes.length).update(bytes).digest('hex') };
}

export function blobHash(sizeBytes: number): Hash {
  return createHash('sha1').update(`blob ${sizeBytes}\0`);
}

export interface FileChange {
  before: Side | undefined;
  after: Side | undefined;
}

export interface PatchOptions {
  context: number;
  /** What cannot be shown as text is written as a binary patch. */
  binary: boolean;
  /** The reader is a person at a terminal, who gets control characters escaped; a patch must keep them. */
  forReading: boolean;
}

/** One `diff --git` section: lines without their ends, `latin1` meaning bytes. */
export interface FilePatch {
  header: string[];
  hunks: Hunk[];
  /** Comes in place of hunks. */
  binary: string | undefined;
  /** 0 to 100: how much of the old content is in the new. */
  similarity: number;
}

/** git has only these two kinds of entry. */
export function isPatchable(mode: number): boolean {
  return (mode & TYPE_MASK) === REGULAR || (mode & TYPE_MASK) === SYMLINK;
}

/** Undefined when git sees no difference. A change of type must come in as a deletion and a creation. */
export function filePatch({ before, after }: FileChange, options: PatchOptions): FilePatch | undefined {
  const renamed = before !== undefined && after !== undefined && before.name !== after.name;
  const modes = modeLines(before, after);
  const same = idOf(before) === idOf(after) || (sizeOf(before) === 0 && sizeOf(after) === 0);
  if (same && !renamed && modes.length === 0) return undefined;

  const body = same ? EMPTY_BODY : bodyOf(before, after, options);
  const similarity = same ? 100 : similarityOf(before, after, body.hunks);
  const names = [`a/${(before ?? after)?.name}`, `b/${(after ?? before)?.name}`].map(quoteName);
  const header = [`diff --git ${names.join(' ')}`, ...modes];
  if (renamed) {
    header.push(
      `similarity index ${similarity}%`,
      `rename from ${quoteName(before.name)}`,
      `rename to ${quoteName(after.name)}`,
    );
  }
  if (!same || before === undefined || after === undefined)
    header.push(indexLine(before, after, body.isLiteral ? 40 : 7));
  if (body.hunks.length > 0)
    header.push(`--- ${tabbed(sideName('a/', before))}`, `+++ ${tabbed(sideName('b/', after))}`);
  return { header, hunks: body.hunks, binary: body.binary, similarity };
}

interface Body {
  hunks: Hunk[];
  binary: string | undefined;
  /** `binary` holds the bytes, for which git wants whole ids. */
  isLiteral: boolean;
}
const EMPTY_BODY: Body = { hunks: [], binary: undefined, isLiteral: false };
const NO_BYTES = Buffer.alloc(0);

function bodyOf(before: Side | undefined, after: Side | undefined, options: PatchOptions): Body {
  const oldBytes = before === undefined ? NO_BYTES : before.bytes;
  const newBytes = after === undefined ? NO_BYTES : after.bytes;
  const opaque =
    oldBytes === undefined || newBytes === undefined ? 'large' : isOpaque(oldBytes, newBytes, options.forReading);
  if (oldBytes === undefined || newBytes === undefined || (opaque === 'binary' && !options.binary)) {
    const binary = `Binary files ${sideName('a/', before)} and ${sideName('b/', after)} differ\n`;
    return { hunks: [], binary, isLiteral: false };
  }
  if (opaque === undefined) {
    const hunks = makeHunks(oldBytes.toString('latin1'), newBytes.toString('latin1'), options.context);
    return { hunks, binary: undefined, isLiteral: false };
  }
  return { hunks: [], binary: binaryPatch(oldBytes, newBytes), isLiteral: true };
}

function idOf(side: Side | undefined): string {
  return side?.blobId ?? '';
}

function sizeOf(side: Side | undefined): number {
  return side?.sizeBytes ?? 0;
}

/** The section as bytes in latin1. */
export function patchText(patch: FilePatch): string {
  // Names are UTF-8 in a patch; the hunks hold file bytes, which is why everything is carried as latin1.
  const parts = [`${toBytes(patch.header.join('\n')).toString('latin1')}\n`];
  if (patch.binary !== undefined) parts.push(toBytes(patch.binary).toString('latin1'));
  for (const hunk of patch.hunks) {
    parts.push(`${hunkHeader(hunk)}\n`);
    for (const { sign, text } of hunk.lines) {
      parts.push(sign, text, text.endsWith('\n') ? '' : `\n${NO_NEWLINE}\n`);
    }
  }
  return parts.join('');
}

export const NO_NEWLINE = '\\ No newline at end of file';

export function hunkHeader(hunk: Hunk): string {
  const span = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`);
  const section = hunk.section === '' ? '' : ` ${hunk.section}`;
  return `@@ -${span(hunk.oldStart, hunk.oldCount)} +${span(hunk.newStart, hunk.newCount)} @@${section}`;
}

/** New and deleted files have git's two modes; a change of any permission bit is told exactly. */
function modeLines(before: Side | undefined, after: Side | undefined): string[] {
  if (before === undefined) return after === undefined ? [] : [`new file mode ${gitMode(after.mode)}`];
  if (after === undefined) return [`deleted file mode ${gitMode(before.mode)}`];
  if ((before.mode & TYPE_MASK) === SYMLINK || before.mode === after.mode) return [];
  return [`old mode ${before.mode.toString(8)}`, `new mode ${after.mode.toString(8)}`];
}

export function gitMode(mode: number): string {
  if ((mode & TYPE_MASK) === SYMLINK) return '120000';
  return (mode & 0o100) === 0 ? '100644' : '100755';
}

function indexLine(before: Side | undefined, after: Side | undefined, digits: number): string {
  const ids = [before, after].map((side) => (side?.blobId ?? '0'.repeat(40)).slice(0, digits)).join('..');
  const kept = before !== undefined && after !== undefined && before.mode === after.mode;
  return `index ${ids}${kept ? ` ${gitMode(after.mode)}` : ''}`;
}

function sideName(prefix: string, side: Side | undefined): string {
  return side === undefined ? '/dev/null' : quoteName(prefix + side.name);
}

/** A tab ends a name with spaces, for GNU patch. */
function tabbed(name: string): string {
  return name.includes(' ') ? `${name}\t` : name;
}

/**
 * binary: git would say so. unsafe: text that could steer a terminal; it is escaped for reading, and a binary patch otherwise,
 * because a patch must hold the exact bytes and printing it must stay harmless.
 */
function isOpaque(before: Buffer, after: Buffer, forReading: boolean): 'binary' | 'unsafe' | undefined {
  const sides = [before, after];
  if (sides.some((bytes) => bytes.subarray(0, SNIFF_BYTES).includes(0))) return 'binary';
  if (forReading) return undefined;
  return sides.some((bytes) => isUnsafe(bytes.toString('utf8'))) ? 'unsafe' : undefined;
}

function isUnsafe(text: string): boolean {
  return /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/.test(text);
}

function similarityOf(before: Side | undefined, after: Side | undefined, hunks: readonly Hunk[]): number {
  const largest = Math.max(sizeOf(before), sizeOf(after));
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
