import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../linux/modes.js';
import type { NodeType } from './types.js';

/** A node as it stood before the recording: what lstat(2) said, and where it hung. */
export interface BaseNode {
  readonly file: number;
  /** st_mode with type bits. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  /** Device and inode number, as decimal text "major:minor:inode"; '' for a placeholder. */
  readonly identity: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly target: string | null;
  /** null: not read. */
  readonly xattrs: ReadonlyMap<string, Uint8Array> | null;
  /** A directory whose names are all in the base, so that a name that is not there did not exist. */
  readonly listed: boolean;
}

/** A name of a node: entry `name` of directory `parent`. */
export interface NodeName {
  readonly parent: number;
  readonly name: string;
}

const TYPES: ReadonlyMap<number, NodeType> = new Map<number, NodeType>([
  [S_IFREG, 'file'],
  [S_IFDIR, 'dir'],
  [S_IFLNK, 'symlink'],
  [S_IFIFO, 'fifo'],
  [S_IFSOCK, 'socket'],
  [0o020000, 'char'],
  [0o060000, 'block'],
]);

/** Type of a mode; a mode without type bits counts as a file. */
export function typeOfMode(mode: number): NodeType {
  return TYPES.get(mode & S_IFMT) ?? 'file';
}

/** The dev_t that stat(2) shows to user space (glibc's makedev). */
export function makeDev(major: number, minor: number): number {
  const low = (minor & 0xff) + (major & 0xfff) * 0x100 + ((minor >>> 8) & 0xfff) * 0x100000;
  return low + Math.floor(major / 0x1000) * 2 ** 44;
}
