import { S_IFLNK, S_IFMT, S_IFREG } from '../../linux/modes.js';
import { createHash, type Hash } from 'node:crypto';
import type { Node } from '../../timeline/types.js';

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
  /** Of content that was not hashed: differs when the bytes come from elsewhere. */
  origin?: string;
}

export function sideOf(name: string, mode: number, bytes: Buffer): Side {
  return { name, mode, sizeBytes: bytes.length, bytes, blobId: blobHash(bytes.length).update(bytes).digest('hex') };
}

/** git's name for content that nobody has hashed. */
const NOT_HASHED = '0'.repeat(40);

/** A file that is too large to be shown: it can have petabytes of holes. Which bytes it has is told by where they come from. */
export function unshownSide(name: string, node: UnshownNode): Side {
  const { mode, sizeBytes } = node;
  const origin = createHash('sha1');
  for (const { length, stream, off } of node.extents()) origin.update(`${length} ${stream} ${off} `);
  return { name, mode, sizeBytes, bytes: undefined, blobId: NOT_HASHED, origin: origin.digest('hex') };
}

type UnshownNode = Pick<Node, 'mode' | 'sizeBytes' | 'extents'>;

/** True when both have the same content, as far as that can be told without reading what is too large. */
export function isSameContent(before: Side | undefined, after: Side | undefined): boolean {
  return (before?.origin ?? before?.blobId) === (after?.origin ?? after?.blobId);
}

export function blobHash(sizeBytes: number): Hash {
  return createHash('sha1').update(`blob ${sizeBytes}\0`);
}

/** git has only these two kinds of entry. */
export function isPatchable(mode: number): boolean {
  return (mode & S_IFMT) === S_IFREG || (mode & S_IFMT) === S_IFLNK;
}

/** The mode as git has it: only the executable bit counts. */
export function gitMode(mode: number): string {
  if ((mode & S_IFMT) === S_IFLNK) return '120000';
  return (mode & 0o100) === 0 ? '100644' : '100755';
}

/** New and deleted files have git's two modes; a change of any permission bit is told exactly. */
export function modeLines(before: Side | undefined, after: Side | undefined): string[] {
  if (before === undefined) return after === undefined ? [] : [`new file mode ${gitMode(after.mode)}`];
  if (after === undefined) return [`deleted file mode ${gitMode(before.mode)}`];
  if ((before.mode & S_IFMT) === S_IFLNK || before.mode === after.mode) return [];
  return [`old mode ${before.mode.toString(8)}`, `new mode ${after.mode.toString(8)}`];
}
