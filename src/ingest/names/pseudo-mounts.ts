import { PSEUDO_FILESYSTEMS } from '../../linux/pseudo-filesystems.js';
import type { MountTable } from '../../linux/mount-table.js';

/** Where file systems that hold no data are mounted. Calls with a path are told by it: their inode is not known. */
export class PseudoMounts {
  private readonly points: readonly string[];

  constructor({ mounts }: MountTable) {
    this.points = mounts.filter(({ type }) => type in PSEUDO_FILESYSTEMS).map(({ point }) => point);
  }

  /** `path` is absolute and has no "." or "..". */
  holds(path: string): boolean {
    return this.points.some((point) => path === point || path.startsWith(`${point}/`));
  }
}
