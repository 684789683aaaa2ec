import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { fromBytes } from '../../events/byte-string.js';
import type { NodeTruth } from '../../events/event.js';
import { addon } from '../../native/addon.js';
import { atPath } from '../../timeline/long-path.js';
import { readingAsRoot } from '../privileges.js';

const CHUNK_BYTES = 1 << 20;

/** What stands at the path now; null for nothing. Links are not followed. */
export function liveTruth(path: string): NodeTruth | null {
  try {
    return readingAsRoot(() => atPath(path, truthAt));
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function truthAt(bytes: Buffer): NodeTruth {
  const stat = lstatSync(bytes, { bigint: true });
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

/** The bytes of a regular file, piece by piece; as many as it has when it is opened. */
export function* liveBytes(path: string): Generator<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = readingAsRoot(() => atPath(path, (bytes) => openSync(bytes, flags)));
  try {
    const size = fstatSync(fd).size;
    for (let at = 0; at < size; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
      const n = readSync(fd, chunk, 0, chunk.length, at);
      if (n === 0) return;
      yield chunk.subarray(0, n);
      at += n;
    }
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
