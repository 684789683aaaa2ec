/**
 * The record ABI between the kernel programs (bpf/), the drain thread (addon/) and ingest (src/ingest).
 * This table is the only definition: bpf/gen/abi.h is generated from it (`npm run generate`), and ingest decodes with it.
 * Little-endian; every field naturally aligned; a record is a struct followed by its payload bytes.
 *
 *   ┌──────────── head (48 bytes) ────────────┬─ fields of its type ─┬─ payload ─┐
 *   │ size type flags enter exit pid tid comm │          …           │     …     │
 *   └─────────────────────────────────────────┴──────────────────────┴───────────┘
 */
export const ABI_VERSION = 1;

type FieldType = 'u16' | 'u32' | 'u64' | 's64' | 'comm' | 'args';
type Fields = Readonly<Record<string, FieldType>>;

const SIZES: Record<FieldType, { bytes: number; align: number; c: (name: string) => string }> = {
  u16: { bytes: 2, align: 2, c: (name) => `__u16 ${name};` },
  u32: { bytes: 4, align: 4, c: (name) => `__u32 ${name};` },
  u64: { bytes: 8, align: 8, c: (name) => `__u64 ${name};` },
  s64: { bytes: 8, align: 8, c: (name) => `__s64 ${name};` },
  comm: { bytes: 16, align: 1, c: (name) => `char ${name}[16];` },
  args: { bytes: 48, align: 8, c: (name) => `__u64 ${name}[6];` },
};

/** size: bytes of head + fields + payload, not padded. Times: CLOCK_MONOTONIC nanoseconds. pid: tgid. */
const HEAD = {
  size: 'u32',
  type: 'u16',
  flags: 'u16',
  enter_ns: 'u64',
  exit_ns: 'u64',
  pid: 'u32',
  tid: 'u32',
  comm: 'comm',
} as const satisfies Fields;

/** Identity of an inode as the kernel holds it (dev: s_dev), and its attributes after the call. */
const INODE = {
  ino: 'u64',
  dev: 'u32',
  gen: 'u32',
  size_after: 'u64',
  mode: 'u32',
  uid: 'u32',
  gid: 'u32',
  nlink: 'u32',
} as const satisfies Fields;

export const RECORDS = {
  /**
   * A system call that carries no bulk data, identified by its number; args as the program passed them.
   * payload: base1 path1 base2 path2 extra. base: directory names leaf first, each NUL-terminated, of the directory that
   * the string starts from (for calls on a descriptor and for open: of the file itself); in another mount namespace with a
   * mark in between, see bpf/lib/walk.h. path: the string with its NUL.
   */
  call: {
    type: 1,
    fields: {
      ...HEAD,
      ...INODE,
      args: 'args',
      ret: 's64',
      nr: 'u32',
      umask: 'u32',
      fsuid: 'u32',
      fsgid: 'u32',
      base1_len: 'u16',
      path1_len: 'u16',
      base2_len: 'u16',
      path2_len: 'u16',
      extra_len: 'u32',
      reserved: 'u32',
    },
  },
  /** A piece of a write. `total` is what the call returned, `at` where this piece lies in it; payload: the bytes. */
  write: {
    type: 2,
    fields: {
      ...HEAD,
      ...INODE,
      offset: 'u64',
      total: 'u64',
      at: 'u64',
      open_file: 'u64',
      pos_before: 'u64',
      length: 'u32',
      fd: 'u32',
    },
  },
  /**
   * First sight of an inode through a descriptor; of one with several names also whenever the thread's descriptor was opened
   * by another of them than before. payload: the names of the path leaf first, each NUL-terminated.
   */
  path: { type: 3, fields: { ...HEAD, ...INODE, path_len: 'u32', reserved: 'u32' } },
  fork: { type: 4, fields: { ...HEAD, child_pid: 'u32', child_tid: 'u32' } },
  /** payload: executable path, NUL; argv, each NUL-terminated; working directory leaf first. */
  exec: { type: 5, fields: { ...HEAD, exe_len: 'u32', argv_len: 'u32', cwd_len: 'u32', argv_full: 'u32' } },
  /** code: the kernel's wait status form: signal in the low 7 bits, exit code in bits 8..15. */
  exit: { type: 6, fields: { ...HEAD, code: 'u32', reserved: 'u32' } },
  /**
   * A copy inside the kernel (copy_file_range, sendfile, splice, FICLONE…): the fields name the destination,
   * src_* the source when it is a regular file. No bytes.
   */
  copy: {
    type: 7,
    fields: {
      ...HEAD,
      ...INODE,
      offset: 'u64',
      length: 'u64',
      src_ino: 'u64',
      src_dev: 'u32',
      src_gen: 'u32',
      src_offset: 'u64',
      nr: 'u32',
      reserved: 'u32',
    },
  },
  /** Written by the drain thread: records were lost before this point. payload: dirty identities (ino, dev, gen)*. */
  loss: { type: 8, fields: { ...HEAD, records: 'u64', cause: 'u32', dirty: 'u32' } },
  /**
   * Stands before a write whose place its position does not prove: the write is somewhere in this part of the file,
   * which begins at `offset`. payload: the bytes that the page cache held there after the call.
   */
  window: { type: 9, fields: { ...HEAD, offset: 'u64', length: 'u32', reserved: 'u32' } },
  /**
   * Stands before a write with more bytes than the ring may take at once: what the program asked for, which the guard copied
   * before the call (addon/launcher/set-aside.h). ns_tid: the thread, as its own pid namespace names it.
   */
  aside: { type: 10, fields: { ...HEAD, address: 'u64', count: 'u64', ns_tid: 'u32', reserved: 'u32' } },
  /**
   * Stands before a call that another thread's call to the same name overlapped: what the call's first (which: 0) or second
   * (1) string stood for at some moment between `began_ns` and `ended_ns`, when the call had taken effect. Symbolic links
   * are not followed. ino 0: nothing.
   */
  look: {
    type: 11,
    fields: { ...HEAD, ...INODE, began_ns: 'u64', ended_ns: 'u64', which: 'u32', reserved: 'u32' },
  },
} as const;

export type RecordName = keyof typeof RECORDS;

export const RECORD_FLAGS = {
  /** open: the call created the file (FMODE_CREATED). */
  created: 1,
  /** The last piece of a write. */
  last: 2,
  /** Some bytes could not be read from the program's memory; they are zeros here. */
  fault: 4,
  /** The position does not prove the offset: another call may have moved it meanwhile. */
  ambiguous: 8,
  /** O_APPEND. */
  append: 16,
  /** The inode had no name any more. */
  deleted: 32,
  /** A string or list did not fit. */
  cut: 64,
  /** Not a regular file but a terminal, pipe or socket on fd 1 or 2. */
  output: 128,
  /** Opened with O_TMPFILE. */
  unnamed: 256,
  /** Not a call's bytes but what a shared mapping held. */
  mapped: 512,
  /** What a rename's strings start from before it; the call's own record, after it, may be preceded by this one. */
  before: 1024,
  /** write: without its bytes; an `aside` record says where they are. */
  aside: 2048,
  /** call: its number is one of i386, and not known. */
  compat: 4096,
  /** Found by a handle: the kernel does not know by which name it stands anywhere, so there is no path. */
  nameless: 8192,
} as const;

/** A write of this share of the ring or more goes around it. */
export const ASIDE_SHARE = 16;

export const LOSS_CAUSES = [
  'ring-full',
  'untracked-child',
  'compat-syscall',
  'io-uring',
  'journal',
  /** Another thread closed or replaced the descriptor while the call was in progress. */
  'descriptor-replaced',
  /** Memory that the kernel had read was gone or paged out when the call returned. */
  'unreadable-memory',
] as const;

export interface Layout {
  size: number;
  offsets: Record<string, number>;
}

export function layoutOf(name: RecordName): Layout {
  const offsets: Record<string, number> = {};
  let at = 0;
  for (const [field, type] of Object.entries(RECORDS[name].fields as Fields)) {
    const { bytes, align } = SIZES[type];
    at = Math.ceil(at / align) * align;
    offsets[field] = at;
    at += bytes;
  }
  return { size: Math.ceil(at / 8) * 8, offsets };
}

/** The generated bpf/gen/abi.h. */
export function abiHeader(): string {
  const lines = [
    '/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */',
    '/* Generated from src/events/abi.ts by `npm run generate`. Do not edit. */',
    '#pragma once',
    `#define DK_ABI_VERSION ${ABI_VERSION}`,
    '',
  ];
  for (const [flag, value] of Object.entries(RECORD_FLAGS))
    lines.push(`#define DK_FLAG_${flag.toUpperCase()} ${value}`);
  lines.push('');
  LOSS_CAUSES.forEach((cause, i) => {
    lines.push(`#define DK_LOSS_${cause.toUpperCase().replace(/-/g, '_')} ${i}`);
  });
  lines.push(`#define DK_LOSS_CAUSES ${LOSS_CAUSES.length}`, `#define DK_ASIDE_SHARE ${ASIDE_SHARE}`, '');
  lines.push(...structLines('dk_head', HEAD));
  for (const name of Object.keys(RECORDS) as RecordName[]) {
    const { type, fields } = RECORDS[name];
    lines.push(`#define DK_REC_${name.toUpperCase()} ${type}`);
    lines.push(...structLines(`dk_${name}`, fields));
    lines.push(`_Static_assert(sizeof(struct dk_${name}) == ${layoutOf(name).size}, "layout of dk_${name}");`, '');
  }
  return `${lines.join('\n')}\n`;
}

function structLines(name: string, fields: Fields): string[] {
  const body = Object.entries(fields).map(([field, type]) => `\t${SIZES[type].c(field)}`);
  return [`struct ${name} {`, ...body, '};', ''];
}
