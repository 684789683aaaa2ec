import type { Kind } from './kinds.js';

/**
 * Terms
 * - file id: one inode's life in one recording (never its path, never a reused inode number).
 *   0 none · 1 the directory "/" · 2 what went to fd 1 · 3 what went to fd 2 · 16 + i entry i of the base manifest ·
 *   above that, in order of first sight.
 * - stream: an append-only run of bytes, cut into blobs. Every file has two:
 *   2 * file id     its base content (what was there before the recording: the pre-image, or the live file)
 *   2 * file id + 1 everything written to it, in the order of the writes
 * - path: absolute, a "byte string" (see byte-string.ts): UTF-8 where it is, lone surrogates for other bytes.
 * - times: nanoseconds. `tsNs` counts from the start of the recording (a safe integer for 104 days);
 *   clock times are bigint nanoseconds since 1970.
 */
export const FIRST_BASE_FILE = 16;
export const ROOT_DIR_FILE = 1;
export const OUTPUT_FILES = { 1: 2, 2: 3 } as const;
export const baseStream = (file: number): number => 2 * file;
export const writtenStream = (file: number): number => 2 * file + 1;
export const fileOfStream = (stream: number): number => Math.floor(stream / 2);

/** What every event has. */
interface Common {
  /** 1…n; 0 is the base. */
  seq: number;
  /** End of the system call, since the start of the recording. */
  tsNs: number;
  /** Time spent in the call. */
  durNs: number;
  /** Process id as user space means it (the kernel's tgid). */
  pid: number;
  /** Thread id (the kernel's pid). */
  tid: number;
  comm: string;
  /** Index into the process table; survives pid reuse. 0 when no process is to name. */
  proc: number;
  /** The file that changed; 0 when there is none. */
  file: number;
  /** Its path when it changed; '' when there is none (deleted files keep their last one). */
  path: string;
  /** What the kernel did to the same file in the same call besides; absent when it did nothing. */
  also?: SideEffects;
}

/** A write takes set-id bits and capabilities, chmod changes the access control list, and so on. */
export interface SideEffects {
  /** The permission bits (07777) after the call; null: as they were. */
  mode: number | null;
  /** Attributes by name; null: removed. */
  xattrs: Record<string, Uint8Array | null>;
}

/** Where bytes stand: `length` bytes from `off` in `stream`. */
export interface DataRef {
  stream: number;
  off: number;
}

interface Created {
  /** st_mode, type bits included, after umask. */
  mode: number;
  uid: number;
  gid: number;
}

/** A node's whole truth, used by resync. */
export interface NodeTruth extends Created {
  rdev: number;
  sizeBytes: number;
  target: string | null;
  mtimeNs: bigint;
  xattrs: Record<string, Uint8Array>;
}

interface Payloads {
  'file.create': Created;
  'file.write': { offset: number; length: number; data: DataRef };
  'file.truncate': { sizeBytes: number };
  /** mode: the FALLOC_FL_ bits of fallocate(2). */
  'file.allocate': { mode: number; offset: number; length: number };
  /** `from` names the source file when it is part of the model; `data` holds the bytes when they were captured. */
  'file.copy': { offset: number; length: number; from: number; fromOffset: number; data: DataRef | null };
  'file.sync': { offset: number; length: number; data: DataRef };
  'dir.create': Created;
  'dir.remove': unknown;
  /** `path` is the existing name, `newPath` the added one. */
  'link.create': { newPath: string };
  'symlink.create': Created & { target: string };
  'node.create': Created & { rdev: number };
  /** `replaced`: the file that stood at newPath, 0 for none. */
  'path.rename': { newPath: string; replaced: number };
  'path.exchange': { newPath: string; other: number };
  'path.unlink': unknown;
  /** Permission bits (07777). */
  'meta.mode': { mode: number };
  /** The owner and group after the call. */
  'meta.owner': { uid: number; gid: number };
  /** null: left as it was, or set to the time of the call (`mtimeNow`), which only the kernel knows to the nanosecond. */
  'meta.times': { atimeNs: bigint | null; mtimeNs: bigint | null; mtimeNow: boolean };
  /** value null: removed. */
  'meta.xattr': { name: string; value: Uint8Array | null };
  /**
   * FS_*_FL bits of linux/fs.h as they were asked for; mask: those of which the event says that the file has, or has not, each.
   * project: the id that quotas count the file to, null where the call says nothing of it.
   */
  'meta.flags': { flags: number; mask: number; project: number | null };
  'sync.file': { dataOnly: boolean };
  'sync.all': unknown;
  'proc.fork': { childPid: number; childProc: number };
  'proc.exec': { argv: string[]; exe: string; cwd: string };
  /** signal 0: ended by itself. */
  'proc.exit': { code: number; signal: number };
  'output.write': { fd: number; length: number; data: DataRef };
  /** file 0: everything is affected. length 0: the whole file. */
  gap: { cause: string; lost: number; offset: number; length: number };
  /**
   * truth null: nothing stands at `path`. `data` null: content unchanged or none. file 0 and path '': the doubt that
   * a gap of file 0 left is over, everything that was not read back is as it was recorded.
   */
  /** `nlink`: how many names lead to it, also those outside of what is recorded; null where that is not told. */
  resync: { truth: NodeTruth | null; data: DataRef | null; nlink: number | null };
}

export type EventOf<K extends Kind> = Common & { kind: K } & Payloads[K];
/** Discriminated by `kind`. */
export type DkEvent = { [K in Kind]: EventOf<K> }[Kind];
/** An event before the writer numbers it. */
export type NewEvent = { [K in Kind]: Omit<EventOf<K>, 'seq'> }[Kind];

/** A row of the process table. */
export interface ProcessInfo {
  proc: number;
  pid: number;
  /** proc of the parent, 0 for the command itself. */
  parent: number;
  /** argv of the last exec before the process ended. */
  argv: string[];
  exe: string;
  cwd: string;
  firstSeq: number;
  /** 0 while it runs. */
  lastSeq: number;
}
