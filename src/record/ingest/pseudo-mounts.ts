import type { MountTable } from './mount-table.js';

/** Filesystems that hold no data; the kernel programs pass over their inodes by the same list (bpf/lib/inode.h). */
const PSEUDO_TYPES = new Set(
  `proc sysfs cgroup cgroup2 devpts debugfs tracefs securityfs selinuxfs bpf configfs mqueue binfmt_misc pstore efivarfs
   nsfs fusectl autofs rpc_pipefs hugetlbfs`.split(/\s+/),
);

/** Where such filesystems are mounted. Calls with a path are told by it: their inode is not known. */
export class PseudoMounts {
  private readonly points: readonly string[];

  constructor({ mounts }: MountTable) {
    this.points = mounts.filter(({ type }) => PSEUDO_TYPES.has(type)).map(({ point }) => point);
  }

  /** `path` is absolute and has no "." or "..". */
  holds(path: string): boolean {
    return this.points.some((point) => path === point || path.startsWith(`${point}/`));
  }
}
