import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
import type { DataPart } from '../../cas/types.js';
import { fromBytes } from '../../events/byte-string.js';
import type { NodeTruth } from '../../events/event.js';
import { addon } from '../../native/addon.js';
import { atPath } from '../../timeline/long-path.js';
import { readingAsRoot } from '../../native/privileges.js';
import { contentOf } from '../bytes/read-range.js';

/** What stands at a path. */
export interface LiveNode {
  truth: NodeTruth;
  /** Tells which names are one file, on one filesystem. */
  inode: string;
  nlink: number;
  /** Bytes that are no holes, as far as the filesystem tells. */
  dataBytes: number;
}

/** What stands at the path now; null for nothing. Links are not followed. */
export function liveTruth(path: string): NodeTruth | null {
  return liveNode(path)?.truth ?? null;
}

export function liveNode(path: string): LiveNode | null {
  try {
    return readingAsRoot(() => atPath(path, nodeAt));
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function nodeAt(bytes: Buffer): LiveNode {
  const stat = lstatSync(bytes, { bigint: true });
  return {
    truth: truthOf(bytes, stat),
    inode: `${stat.dev}:${stat.ino}`,
    nlink: Number(stat.nlink),
    dataBytes: Math.min(Number(stat.size), 512 * Number(stat.blocks)),
  };
}

function truthOf(bytes: Buffer, stat: BigIntStats): NodeTruth {
  return {
    mode: Number(stat.mode),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    rdev: Number(stat.rdev),
    sizeBytes: Number(stat.size),
    target: stat.isSymbolicLink() ? fromBytes(readlinkSync(bytes, { encoding: 'buffer' })) : null,
    mtimeNs: stat.mtimeNs,
    xattrs: addon().lgetxattrs(bytes),
  };
}

/** The content of a regular file, piece by piece; as much as it has when it is opened. */
export function* liveBytes(path: string): Generator<DataPart> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = readingAsRoot(() => atPath(path, (bytes) => openSync(bytes, flags)));
  try {
    yield* contentOf(fd, 0, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

/** Names in a directory; none when it is gone. */
export function liveNames(path: string): string[] {
  try {
    return readingAsRoot(() => atPath(path, (bytes) => readdirSync(bytes, { encoding: 'buffer' }))).map(fromBytes);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
