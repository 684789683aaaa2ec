import { toBytes } from '../../events/byte-string.js';
import { binaryPatch } from './binary-patch.js';
import { type Hunk, makeHunks } from './hunks.js';
import { quoteName } from './quote-name.js';
import { gitMode, isSameContent, modeLines, type Side } from './side.js';
import { similarityOf } from './similarity.js';

/** git looks for a NUL in this many bytes to tell binary files (xdiff-interface.c). */
const SNIFF_BYTES = 8000;

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

/** Undefined when git sees no difference. A change of type must come in as a deletion and a creation. */
export function filePatch({ before, after }: FileChange, options: PatchOptions): FilePatch | undefined {
  const renamed = before !== undefined && after !== undefined && before.name !== after.name;
  const modes = modeLines(before, after);
  const same = isSameContent(before, after) || (sizeOf(before) === 0 && sizeOf(after) === 0);
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
