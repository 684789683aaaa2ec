import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { toBytes } from '../events/byte-string.js';

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
