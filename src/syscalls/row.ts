/** What a call's arguments mean. Numbers count from 0. */
export interface Operands {
  /** The descriptor that the call is about: changed itself, or where its path starts. */
  readonly fd?: number;
  /** With no `fd` the path starts at the working directory. */
  readonly path?: number;
  /** The second place: of what was moved or linked, or of what a symbolic link is called. */
  readonly fd2?: number;
  readonly path2?: number;
  /** AT_ flags, or those of open. */
  readonly flags?: number;
  /** Whether a symbolic link at the end of `path` is followed. */
  readonly follow?: 'yes' | 'no' | 'unless-flag' | 'with-flag';
  /** What is behind the strings: bytes at a pointer, or an extended attribute from its name on. */
  readonly extra?: readonly [what: Extra, argument: number];
  /** The first argument that holds what is set: a mode, a user, a size. */
  readonly value?: number;
  /** Of a write: where its bytes are, and how many. */
  readonly buffer?: number;
  readonly count?: number;
}

export const EXTRAS = ['bytes-16', 'bytes-24', 'bytes-32', 'xattr', 'xattr-name', 'xattr-args'] as const;
export type Extra = (typeof EXTRAS)[number];

/** How the guard deals with a stopped call (addon/launcher/stopped-call.c). */
export const GUARD_ACTS = {
  open: 'may truncate, and lets the caller overwrite',
  open_how: 'openat2: flags lie in memory',
  handle: 'open_by_handle_at: a handle instead of a path',
  truncate: 'the old bytes go',
  unlink: 'removes a name: unlink, rmdir',
  rename: 'moves a name, over another',
  metadata: 'changes attributes',
  link: 'gives a further name',
  write: 'of very many bytes, which are set aside',
  view: 'may change what paths mean for the caller: chroot, mounts, namespaces',
  permission: 'fanotify_init of a listener that decides about opens, those of the guard as well',
  listener: 'seccomp(): a second listener cannot be had below ours',
  deny: 'answered with ENOSYS by the filter, unless allowed',
} as const;
export type GuardAct = keyof typeof GUARD_ACTS;

/**
 * What a 32-bit program puts in doubt by the call. all: everything; fd: the file of the first argument; third_fd: of the third;
 * opens: what it opened for writing; maps: what it mapped; the others ask what they were called for.
 */
export const COMPAT_CLASSES = [
  'unknown',
  'harmless',
  'all',
  'fd',
  'third_fd',
  'opens',
  'maps',
  'ioctl',
  'socketcall',
] as const;
export type CompatClass = (typeof COMPAT_CLASSES)[number];

export const CHANGES = {
  bytes: 'what files hold',
  names: 'names, and what they stand for',
  attributes: 'mode, owner, times, extended attributes, flags',
  mounts: 'what is mounted where',
  view: 'what paths mean for the caller alone: each record says where its strings start',
  mappings: 'what is mapped: shared mappings are read before',
  durability: 'nothing, but what a crash leaves',
  opens: 'nothing, but may hold up whoever opens a file',
  later: 'nothing itself, but lets something else change files from then on',
} as const;

export interface Row {
  /** Numbers of the two interfaces; null: not there. That of x32 is x64 | X32_BIT. */
  readonly x64: number | null;
  readonly i386: number | null;
  readonly changes: keyof typeof CHANGES;
  readonly at?: Operands;
  /** The program that records its success (bpf/events). */
  readonly exit?: string;
  /** The program that must look before the call. */
  readonly enter?: string;
  /** The descriptors that a write, or a copy, is about: what they stand for is noted before the call. */
  readonly writesTo?: number;
  readonly copiesFrom?: number;
  readonly guard?: GuardAct;
  /** The decoder that makes an event of its record (src/ingest/decode/calls.ts). */
  readonly decoder?: string;
  /** Why it is not followed: its success is a gap, of the file that it is about or of everything. */
  readonly gap?: string;
  readonly compat?: CompatClass;
}
