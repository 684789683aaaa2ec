/**
 * THE table of system calls. A call that can change names, bytes or attributes is a row here, one that cannot stands in
 * harmless.ts with the reason; what stands nowhere is a gap when it succeeds. Generated from it (`npm run generate`): the kernel
 * programs' numbers, operands and dispatch, the guard's list, docs/system-calls.md. Ingest decodes by it.
 */
import type { Row } from './row.js';

/** fd, path */
const AT = { fd: 0, path: 1, follow: 'yes' } as const;
const PATH = { path: 0, follow: 'yes' } as const;
const LINK = { path: 0, follow: 'no' } as const;
const FD = { fd: 0 } as const;
const OPENS = { changes: 'names', exit: 'dk_open', decoder: 'open', compat: 'opens' } as const;
const WRITES = { changes: 'bytes', writesTo: 0 } as const;
const COPIES = { changes: 'bytes', writesTo: 2, copiesFrom: 0, exit: 'dk_copy_range', compat: 'third_fd' } as const;
const BY_PATH = { exit: 'dk_path_call' } as const;
const BY_FD = { exit: 'dk_fd_call' } as const;
const RENAMES = {
  changes: 'names',
  enter: 'dk_rename_before',
  guard: 'rename',
  decoder: 'rename',
  ...BY_PATH,
} as const;
const SETS = { changes: 'attributes', guard: 'metadata' } as const;
const ENDS_MAPPINGS = { changes: 'mappings', compat: 'harmless' } as const;
const DURABLE = { changes: 'durability', compat: 'harmless' } as const;
const ASYNC = { changes: 'later', exit: 'dk_async_io', guard: 'deny', compat: 'all' } as const;

// biome-ignore format: one row a call
export const CALLS = {
  // Bytes
  write: { x64: 1, i386: 4, ...WRITES, exit: 'dk_write', guard: 'write', at: { fd: 0, buffer: 1, count: 2 } },
  pwrite64: { x64: 18, i386: 181, ...WRITES, exit: 'dk_pwrite64', guard: 'write', at: { fd: 0, buffer: 1, count: 2 } },
  writev: { x64: 20, i386: 146, ...WRITES, exit: 'dk_writev', at: FD },
  pwritev: { x64: 296, i386: 334, ...WRITES, exit: 'dk_pwritev', at: FD },
  pwritev2: { x64: 328, i386: 379, ...WRITES, exit: 'dk_pwritev2', at: FD },
  sendfile: { x64: 40, i386: 187, ...WRITES, copiesFrom: 1, exit: 'dk_sendfile', at: FD },
  splice: { x64: 275, i386: 313, ...COPIES },
  copy_file_range: { x64: 326, i386: 377, ...COPIES },
  ioctl: { x64: 16, i386: 54, changes: 'attributes', exit: 'dk_ioctl', decoder: 'ioctl', compat: 'ioctl', at: FD },
  truncate: { x64: 76, i386: 92, changes: 'bytes', ...BY_PATH, guard: 'truncate', decoder: 'truncate', at: { ...PATH, value: 1 } },
  ftruncate: { x64: 77, i386: 93, changes: 'bytes', ...BY_FD, decoder: 'truncate', at: { ...FD, value: 1 } },
  fallocate: { x64: 285, i386: 324, changes: 'bytes', ...BY_FD, decoder: 'fallocate', at: FD },
  mmap: { x64: 9, i386: 90, changes: 'bytes', exit: 'dk_mmap', decoder: 'mmap', compat: 'maps' },
  mremap: { x64: 25, i386: 163, changes: 'bytes', exit: 'dk_mremap', compat: 'harmless' },
  munmap: { x64: 11, i386: 91, ...ENDS_MAPPINGS, enter: 'dk_unmap' },
  msync: { x64: 26, i386: 144, ...ENDS_MAPPINGS, enter: 'dk_unmap' },
  execve: { x64: 59, i386: 11, ...ENDS_MAPPINGS, enter: 'dk_exit_maps' },
  execveat: { x64: 322, i386: 358, ...ENDS_MAPPINGS, enter: 'dk_exit_maps' },
  exit: { x64: 60, i386: 1, ...ENDS_MAPPINGS, enter: 'dk_exit_maps' },
  exit_group: { x64: 231, i386: 252, ...ENDS_MAPPINGS, enter: 'dk_exit_maps' },
  madvise: { x64: 28, i386: 219, changes: 'bytes', exit: 'dk_madvise', decoder: 'punch', compat: 'harmless' },
  process_madvise: { x64: 440, i386: 440, changes: 'bytes', exit: 'dk_madvise', decoder: 'punch', compat: 'harmless' },
  remap_file_pages: { x64: 216, i386: 257, changes: 'bytes', gap: 'the pages of a mapping were put into another order' },
  io_setup: { x64: 206, i386: 245, ...ASYNC },
  io_uring_setup: { x64: 425, i386: 425, ...ASYNC },

  // Names
  open: { x64: 2, i386: 5, ...OPENS, guard: 'open', at: { ...PATH, flags: 1 } },
  creat: { x64: 85, i386: 8, ...OPENS, guard: 'open', at: PATH },
  openat: { x64: 257, i386: 295, ...OPENS, guard: 'open', at: { ...AT, flags: 2 } },
  openat2: { x64: 437, i386: 437, ...OPENS, guard: 'open_how', at: { ...AT, flags: 2 } },
  open_by_handle_at: { x64: 304, i386: 342, ...OPENS, guard: 'handle', at: { ...AT, flags: 2 } },
  mkdir: { x64: 83, i386: 39, changes: 'names', ...BY_PATH, decoder: 'mkdir', at: { path: 0, value: 1 } },
  mkdirat: { x64: 258, i386: 296, changes: 'names', ...BY_PATH, decoder: 'mkdir', at: { fd: 0, path: 1, value: 2 } },
  mknod: { x64: 133, i386: 14, changes: 'names', ...BY_PATH, decoder: 'mknod', at: { path: 0, value: 1 } },
  mknodat: { x64: 259, i386: 297, changes: 'names', ...BY_PATH, decoder: 'mknod', at: { fd: 0, path: 1, value: 2 } },
  bind: { x64: 49, i386: 361, changes: 'names', exit: 'dk_bind', decoder: 'bind', compat: 'all' },
  rmdir: { x64: 84, i386: 40, changes: 'names', ...BY_PATH, guard: 'unlink', decoder: 'rmdir', at: LINK },
  unlink: { x64: 87, i386: 10, changes: 'names', ...BY_PATH, guard: 'unlink', decoder: 'unlink', at: LINK },
  unlinkat: { x64: 263, i386: 301, changes: 'names', ...BY_PATH, guard: 'unlink', decoder: 'unlinkat', at: { fd: 0, path: 1, flags: 2, follow: 'no' } },
  rename: { x64: 82, i386: 38, ...RENAMES, at: { path: 0, path2: 1, follow: 'no' } },
  renameat: { x64: 264, i386: 302, ...RENAMES, at: { fd: 0, path: 1, fd2: 2, path2: 3, follow: 'no' } },
  renameat2: { x64: 316, i386: 353, ...RENAMES, at: { fd: 0, path: 1, fd2: 2, path2: 3, flags: 4, follow: 'no' } },
  link: { x64: 86, i386: 9, changes: 'names', ...BY_PATH, guard: 'link', decoder: 'link', at: { path: 0, path2: 1, follow: 'no' } },
  linkat: { x64: 265, i386: 303, changes: 'names', ...BY_PATH, guard: 'link', decoder: 'link', at: { fd: 0, path: 1, fd2: 2, path2: 3, flags: 4, follow: 'with-flag' } },
  symlink: { x64: 88, i386: 83, changes: 'names', ...BY_PATH, decoder: 'symlink', at: { path: 0, path2: 1 } },
  symlinkat: { x64: 266, i386: 304, changes: 'names', ...BY_PATH, decoder: 'symlink', at: { path: 0, fd2: 1, path2: 2 } },

  // Attributes
  chmod: { x64: 90, i386: 15, ...SETS, ...BY_PATH, decoder: 'chmod', at: { ...PATH, value: 1 } },
  fchmod: { x64: 91, i386: 94, ...SETS, ...BY_FD, decoder: 'chmod', at: { ...FD, value: 1 } },
  fchmodat: { x64: 268, i386: 306, ...SETS, ...BY_PATH, decoder: 'chmod', at: { ...AT, value: 2 } },
  fchmodat2: { x64: 452, i386: 452, ...SETS, ...BY_PATH, decoder: 'chmod', at: { fd: 0, path: 1, value: 2, flags: 3, follow: 'unless-flag' } },
  chown: { x64: 92, i386: 182, ...SETS, ...BY_PATH, decoder: 'chown', at: { ...PATH, value: 1 } },
  lchown: { x64: 94, i386: 16, ...SETS, ...BY_PATH, decoder: 'chown', at: { ...LINK, value: 1 } },
  fchown: { x64: 93, i386: 95, ...SETS, ...BY_FD, decoder: 'chown', at: { ...FD, value: 1 } },
  fchownat: { x64: 260, i386: 298, ...SETS, ...BY_PATH, decoder: 'chown', at: { fd: 0, path: 1, value: 2, flags: 4, follow: 'unless-flag' } },
  utime: { x64: 132, i386: 30, ...SETS, ...BY_PATH, decoder: 'utime', at: { ...PATH, extra: ['bytes-16', 1] } },
  utimes: { x64: 235, i386: 271, ...SETS, ...BY_PATH, decoder: 'utimes', at: { ...PATH, extra: ['bytes-32', 1] } },
  futimesat: { x64: 261, i386: 299, ...SETS, ...BY_PATH, decoder: 'utimes', at: { ...AT, extra: ['bytes-32', 2] } },
  utimensat: { x64: 280, i386: 320, ...SETS, ...BY_PATH, decoder: 'utimensat', at: { fd: 0, path: 1, flags: 3, follow: 'unless-flag', extra: ['bytes-32', 2] } },
  setxattr: { x64: 188, i386: 226, ...SETS, ...BY_PATH, decoder: 'setxattr', at: { ...PATH, extra: ['xattr', 1] } },
  lsetxattr: { x64: 189, i386: 227, ...SETS, ...BY_PATH, decoder: 'setxattr', at: { ...LINK, extra: ['xattr', 1] } },
  fsetxattr: { x64: 190, i386: 228, ...SETS, ...BY_FD, decoder: 'setxattr', at: { ...FD, extra: ['xattr', 1] } },
  setxattrat: { x64: 463, i386: 463, ...SETS, ...BY_PATH, decoder: 'setxattr', at: { fd: 0, path: 1, flags: 2, follow: 'unless-flag', extra: ['xattr-args', 3] } },
  removexattr: { x64: 197, i386: 235, ...SETS, ...BY_PATH, decoder: 'removexattr', at: { ...PATH, extra: ['xattr-name', 1] } },
  lremovexattr: { x64: 198, i386: 236, ...SETS, ...BY_PATH, decoder: 'removexattr', at: { ...LINK, extra: ['xattr-name', 1] } },
  fremovexattr: { x64: 199, i386: 237, ...SETS, ...BY_FD, decoder: 'removexattr', at: { ...FD, extra: ['xattr-name', 1] } },
  removexattrat: { x64: 466, i386: 466, ...SETS, ...BY_PATH, decoder: 'removexattr', at: { fd: 0, path: 1, flags: 2, follow: 'unless-flag', extra: ['xattr-name', 3] } },
  file_setattr: { x64: 469, i386: 469, ...SETS, ...BY_PATH, decoder: 'file_setattr', at: { fd: 0, path: 1, flags: 4, follow: 'unless-flag', extra: ['bytes-24', 2] } },

  // Durability
  fsync: { x64: 74, i386: 118, ...DURABLE, ...BY_FD, decoder: 'fsync', at: FD },
  fdatasync: { x64: 75, i386: 148, ...DURABLE, ...BY_FD, decoder: 'fdatasync', at: FD },
  sync_file_range: { x64: 277, i386: 314, ...DURABLE, ...BY_FD, decoder: 'sync_file_range', at: FD },
  sync: { x64: 162, i386: 36, ...DURABLE, exit: 'dk_sync', decoder: 'sync' },
  syncfs: { x64: 306, i386: 344, ...DURABLE, exit: 'dk_sync', decoder: 'sync' },

  // What paths mean
  mount: { x64: 165, i386: 21, changes: 'mounts', ...BY_PATH, guard: 'view', decoder: 'mount', at: { path: 0, path2: 1 } },
  umount2: { x64: 166, i386: 52, changes: 'mounts', ...BY_PATH, guard: 'view', decoder: 'umount2', at: { path: 0 } },
  move_mount: { x64: 429, i386: 429, changes: 'mounts', ...BY_PATH, guard: 'view', decoder: 'move_mount', at: { fd: 0, path: 1, fd2: 2, path2: 3 } },
  pivot_root: { x64: 155, i386: 217, changes: 'mounts', ...BY_PATH, guard: 'view', decoder: 'pivot_root', at: { path: 0, path2: 1 } },
  mount_setattr: { x64: 442, i386: 442, changes: 'mounts', ...BY_PATH, decoder: 'mount_setattr', at: { fd: 0, path: 1, extra: ['bytes-16', 3] } },
  open_tree_attr: { x64: 467, i386: 467, changes: 'mounts', ...BY_PATH, decoder: 'mount_setattr', at: { fd: 0, path: 1, extra: ['bytes-16', 3] } },

  chroot: { x64: 161, i386: 61, changes: 'view', guard: 'view' },
  setns: { x64: 308, i386: 346, changes: 'view', guard: 'view' },
  fanotify_init: { x64: 300, i386: 338, changes: 'opens', guard: 'permission', at: { flags: 0 }, compat: 'harmless' },
  seccomp: { x64: 317, i386: 354, changes: 'view', guard: 'listener', at: { flags: 1 } },

  // What lets something else write to files
  acct: { x64: 163, i386: 51, changes: 'later', ...BY_PATH, at: PATH, gap: 'the kernel writes a record of each process that ends into it' },
  swapon: { x64: 167, i386: 87, changes: 'later', ...BY_PATH, at: PATH, gap: 'the kernel puts memory into it' },
  quotactl: { x64: 179, i386: 131, changes: 'bytes', decoder: 'quotactl' },
  quotactl_fd: { x64: 443, i386: 443, changes: 'bytes', decoder: 'quotactl' },
} as const satisfies Readonly<Record<string, Row>>;

export type CallName = keyof typeof CALLS;
type RowOf<N extends CallName> = (typeof CALLS)[N];
/** Every decoder that a row names. */
export type DecoderName = {
  [N in CallName]: RowOf<N> extends { decoder: infer D extends string } ? D : never;
}[CallName];

/** Numbers that i386 alone has, each "name:number": wider variants of calls above. */
export const COMPAT_ONLY = {
  all: 'umount:22 truncate64:193 lchown32:198 chown32:212 utimensat_time64:412',
  fd: 'ftruncate64:194 fchown32:207 sendfile64:239',
  maps: 'mmap2:192',
  socketcall: 'socketcall:102',
} as const;
