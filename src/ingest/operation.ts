/**
 * What a thread did, whichever probe saw it: decode makes operations of records, order puts them into the order in which they
 * took effect, apply makes events of them. Nothing here knows call numbers or record layouts.
 */
import type { AskedFlags } from '../linux/file-flags.js';
import type { Identity, InodeAfter } from '../linux/inode-identity.js';

/** A path as the program passed it. */
export interface UserPath {
  /** The directory that it starts from. Of a process that called chroot "//" stands behind its root directory. */
  readonly base: string;
  /** '': there is none, the call is about its descriptor. */
  readonly path: string;
}

/** What of the caller decides about the attributes of what it makes. */
export interface Credentials {
  readonly umask: number;
  readonly fsuid: number;
  readonly fsgid: number;
}

/** What one of an operation's paths stood for between two moments, when it had taken effect. */
export interface Look {
  readonly beganNs: number;
  readonly endedNs: number;
  readonly which: 'first' | 'second';
  /** null: nothing stood there. */
  readonly found: InodeAfter | null;
}

/** Bytes, and which of them are zeros because nobody knows them. */
export interface CapturedBytes {
  /** null: none are known. */
  readonly data: Iterable<Uint8Array> | null;
  readonly missing: readonly { readonly at: number; readonly length: number }[];
}

/** A write whose bytes went around the ring: the guard has them, by the thread and what it asked for. */
export interface OutOfRing {
  /** As its own pid namespace names it. */
  readonly tid: number;
  readonly address: bigint;
  readonly count: bigint;
}

/** Times as set; null: left alone, or now. */
export interface AskedTimes {
  readonly atimeNs: bigint | null;
  readonly mtimeNs: bigint | null;
  readonly mtimeNow: boolean;
}

/** Who, when, and what it was about. Times: nanoseconds since the start of the recording, negative before it. */
interface OperationHead {
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly enterNs: number;
  readonly exitNs: number;
  /** The system call, or what else it is, for a person. */
  readonly call: string;
  /** What a descriptor stood for, or what the probe knows otherwise; undefined: the paths tell. */
  readonly inode: InodeAfter | undefined;
  readonly first: UserPath;
  readonly second: UserPath;
  /** The mount namespace of the paths; 0: dk's own. */
  readonly namespace: number;
  readonly looks: readonly Look[];
}

/** Of an operation on one file that `inode` or `first` names: whether a symbolic link at the end of the path is followed. */
interface OnFile {
  readonly follow: boolean;
}

/** Each operation's own fields, by what it does. */
export interface Operations {
  // Content
  write: {
    readonly inode: InodeAfter;
    readonly offset: number;
    readonly length: number;
    readonly isAppend: boolean;
    /** Its position does not prove the offset; `window`: a part of the file after it, which holds the bytes somewhere. */
    readonly isAmbiguous: boolean;
    readonly window: { readonly offset: number; readonly bytes: Uint8Array } | undefined;
    readonly bytes: CapturedBytes | OutOfRing;
  };
  /** What a shared mapping held when it was read. */
  'read-mapping': { readonly inode: InodeAfter; readonly offset: number; readonly bytes: CapturedBytes };
  print: { readonly fd: 1 | 2; readonly length: number; readonly bytes: CapturedBytes | OutOfRing };
  copy: {
    readonly inode: InodeAfter;
    readonly offset: number;
    readonly length: number;
    /** null: no regular file. */
    readonly source: Identity | null;
    readonly fromOffset: number;
    readonly isAmbiguous: boolean;
  };
  truncate: OnFile & { readonly sizeBytes: number; readonly credentials: Credentials };
  /** As fallocate(2). */
  allocate: OnFile & { readonly mode: number; readonly offset: number; readonly length: number };
  /** A shared writable mapping was made. */
  map: OnFile;
  sync: { readonly dataOnly: boolean };
  'sync-all': object;

  // Names
  /** By open. `isUnnamed`: it has no name, or none any more; `path` is where it would stand. */
  create: { readonly inode: InodeAfter; readonly path: string; readonly isUnnamed: boolean };
  /** By open, of what was there. `path`: null where it was found by a handle and has none. */
  'open-truncate': { readonly inode: InodeAfter; readonly path: string | null; readonly credentials: Credentials };
  /** First sight of an inode through a descriptor, or of another of its names. `path`: null as above. */
  sight: {
    readonly inode: InodeAfter;
    readonly path: string | null;
    readonly isDeleted: boolean;
    readonly isCut: boolean;
  };
  'make-directory': { readonly mode: number; readonly credentials: Credentials };
  /** As mknod(2). */
  'make-node': { readonly mode: number; readonly rdev: number; readonly credentials: Credentials };
  /** At `second`. */
  'make-symlink': { readonly target: string; readonly credentials: Credentials };
  link: { readonly follow: boolean };
  remove: { readonly isDirectory: boolean };
  rename: { readonly keeps: boolean; readonly leavesWhiteout: boolean; readonly credentials: Credentials };
  exchange: object;

  // Attributes
  'set-mode': OnFile & { readonly mode: number; readonly credentials: Credentials };
  /** -1: as it was. */
  'set-owner': OnFile & { readonly uid: number; readonly gid: number };
  'set-times': OnFile & AskedTimes;
  'set-xattr': OnFile & { readonly name: string; readonly value: Uint8Array | null };
  'set-flags': OnFile & AskedFlags;

  // Mounts
  mount: { readonly how: 'new' | 'bind' | 'move' };
  unmount: object;
  'pivot-root': object;

  // Processes
  fork: { readonly childPid: number };
  exec: { readonly exe: string; readonly argv: string[]; readonly cwd: string };
  exit: { readonly code: number; readonly signal: number };

  // What was not captured
  /** Records, or calls, of which nothing else is known. No identities: anything may be concerned. */
  lose: { readonly cause: string; readonly records: number; readonly files: readonly Identity[] };
  /** A call that is not followed. `about`: what it may have changed. */
  unknown: OnFile & {
    readonly cause: string;
    readonly about: 'everything' | 'file';
    /** It may have changed what paths stand for. */
    readonly mayMoveNames: boolean;
  };
}

export type Does = keyof Operations;
export type OperationOf<D extends Does> = D extends Does ? { readonly does: D } & OperationHead & Operations[D] : never;
export type Operation = OperationOf<Does>;
/** What a decoder tells of a record; the rest is the same for all. */
export type OperationBody = { [D in Does]: { readonly does: D } & Omit<Operations[D], 'inode'> }[Does];

/** Of a path that was cut off, for a gap. */
export const PATH_TOO_LONG = 'a path of 4096 bytes or more';

export const NO_PATH: UserPath = { base: '', path: '' };

/** For a person. */
export function described({ call, first, second }: Operation): string {
  const paths = [first.base, first.path, second.base, second.path].filter((name) => name !== '');
  return paths.length === 0 ? call : `${call} (${paths.join(', ')})`;
}

const NO_CALLS: ReadonlySet<Does> = new Set<Does>([
  'write',
  'read-mapping',
  'print',
  'copy',
  'fork',
  'exec',
  'exit',
  'lose',
  'sight',
]);

/** Whether it may change names or attributes, so that others can depend on it. */
export function isCall({ does }: Operation): boolean {
  return !NO_CALLS.has(does);
}
