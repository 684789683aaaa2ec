import { type BigIntStats, lstatSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { toBytes } from '../events/byte-string.js';
import { inodeNumber } from './inode-number.js';

const OVERLAYFS_MAGIC = 0x794c7630;

/**
 * Overlayfs copies a file up into its upper layer with the first change. It then shows the time of that as the file's
 * birth, the names of a hard link in a lower layer are separated, and the number of links is that of the layer.
 */
export function isOnOverlay(path: string): boolean {
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    try {
      return statfsSync(toBytes(dir)).type === OVERLAYFS_MAGIC;
    } catch {
      if (dir === '/') return false; // not for us to look at
    }
  }
}

/**
 * Where the layers are on different filesystems, overlayfs shows for what is no directory the device and number in its layer,
 * or (xino) that number with the layer's in the upper bits. They change when it is copied up, and two names of one file may
 * show different ones. `stat`: of what is no directory, at `path`.
 */
export function numbersMove(path: string, stat: Pick<BigIntStats, 'dev' | 'ino'>): boolean {
  if (!isOnOverlay(path)) return false;
  if (inodeNumber(stat) >> 32n !== 0n) return true;
  try {
    return lstatSync(toBytes(dirname(path)), { bigint: true }).dev !== stat.dev;
  } catch {
    return true; // gone since
  }
}
