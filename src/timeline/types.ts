import type { RecordingInfo } from '../catalog/types.js';
import type { DkEvent, ProcessInfo } from '../events/event.js';
import type { Kind } from '../events/kinds.js';

export type { RecordingInfo };

export type NodeType = 'file' | 'dir' | 'symlink' | 'fifo' | 'socket' | 'char' | 'block';

/** `length` bytes of a file at `at` come from `off` in `stream`. stream 0: a hole (zeros); stream 1: unknown bytes. */
export interface Extent {
  at: number;
  length: number;
  stream: number;
  off: number;
}
export const HOLE = 0;
export const UNKNOWN = 1;

/** Flags of chattr(1), FS_*_FL bits: those that are set, among those that are known. Immutable. */
export interface FileFlags {
  readonly set: number;
  readonly known: number;
}

/** Immutable. */
export interface Node {
  readonly file: number;
  readonly type: NodeType;
  /** st_mode with type bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  /** Names that lead to it in this state (for base files: st_nlink adjusted by what was recorded). */
  readonly nlink: number;
  readonly sizeBytes: number;
  /** Symbolic link target (byte string). */
  readonly target: string | null;
  /** Explicitly set, or the base's; null where it is not known: content changed since, or a FIFO or device (then not compared). */
  readonly mtimeNs: bigint | null;
  /** Names to values that were set during the recording or known from the pre-image; null: as in the live base. */
  readonly xattrs: ReadonlyMap<string, Uint8Array> | null;
  /** Attributes that were removed during the recording. */
  readonly removedXattrs: readonly string[];
  /** Those that were set or taken during the recording; null: none. */
  readonly flags: FileFlags | null;
  /** True when it stood there before the recording. */
  readonly base: boolean;
  /** True when an event up to this state changed it. */
  readonly touched: boolean;
  /** True while a gap leaves its content in doubt; `extents` then says that all of it is unknown. */
  readonly uncertain: boolean;
  /** Ascending, gapless from 0 to sizeBytes. Empty for other types. */
  extents(): Iterable<Extent>;
}

/** An immutable filesystem as it was after event `seq`. Keeping many is cheap: they share structure. */
export interface State {
  readonly seq: number;
  /** True while a gap that affects everything is not made good: names and metadata may be wrong, too. */
  readonly uncertain: boolean;
  node(file: number): Node | undefined;
  /** Resolves an absolute path; the last component is not followed, components on the way are (when `follow`, the last one too). */
  lookup(path: string, options?: { follow?: boolean }): Node | undefined;
  /** Entries of a directory, sorted by name bytes. */
  children(dir: number): Iterable<{ name: string; file: number }>;
  /** A path that leads to the file now (the first in order when it has several), undefined when it has none. */
  pathOf(file: number): string | undefined;
  /** Files that some event up to here touched (also deleted ones). */
  touchedFiles(): Iterable<number>;
}

/** File content at a state, read lazily. */
export interface FileContent {
  readonly sizeBytes: number;
  /** Reads at most `length` bytes; unknown ranges are zeros in `bytes` and listed in `unknown`. */
  read(offset: number, length: number): Promise<{ bytes: Buffer; unknown: { offset: number; length: number }[] }>;
  /** Whole content; DkError 'unknown-bytes' when any byte is unknown, 'usage' above `limitBytes` (default 256 MiB). */
  all(limitBytes?: number): Promise<Buffer>;
  /** Ranges within [from, to) that may hold anything but zeros, ascending; what is unknown among them. Reads no bytes. */
  dataRanges(from?: number, to?: number): AsyncIterable<{ offset: number; length: number }>;
  /** True when every byte can be read. Checks base content against the live tree. */
  known(): Promise<boolean>;
}

export interface EventQuery {
  from?: number;
  to?: number;
  kinds?: ReadonlySet<Kind>;
  pid?: number;
  /** .gitignore-style globs or plain paths, matched against path and newPath; any may match. */
  paths?: readonly string[];
  /** Only events that concern this file (in its history). */
  file?: number;
  /** Only events that change the filesystem. */
  changesOnly?: boolean;
  reverse?: boolean;
  limit?: number;
}

export type ChangeType = 'added' | 'deleted' | 'modified' | 'type' | 'renamed';

/** One row of a tree diff, in the order of `path`. `oldPath` differs for renames. */
export interface TreeChange {
  change: ChangeType;
  path: string;
  oldPath: string;
  before: Node | undefined;
  after: Node | undefined;
}

/** A recording opened for reading: from the store, or straight from a bundle. */
export interface Recording {
  readonly info: RecordingInfo;
  /** False for a bundle and what was imported: no path of it may be looked at on this machine. */
  readonly isLocal: boolean;
  /** Number of events; states exist for 0…length. */
  readonly length: number;
  /** DkError 'not-found' outside 1…length. */
  event(seq: number): Promise<DkEvent>;
  events(query?: EventQuery): AsyncIterable<DkEvent>;
  /** First match strictly after (before) seq, or undefined. */
  next(seq: number, query: EventQuery): Promise<DkEvent | undefined>;
  previous(seq: number, query: EventQuery): Promise<DkEvent | undefined>;
  /** Events that concern a file, ascending. */
  history(file: number): Promise<number[]>;
  state(seq: number): Promise<State>;
  content(state: State, file: number): FileContent;
  /** The bytes that an event carried (write, copy, sync, output, resync), at most `limitBytes` of them. */
  payload(event: DkEvent, limitBytes?: number): Promise<Buffer>;
  diff(before: State, after: State, paths?: readonly string[]): Promise<TreeChange[]>;
  /** Sequence number of the last event at or before the time, 0 when none. */
  seqAtTime(tsNs: number): Promise<number>;
  processes(): Promise<ProcessInfo[]>;
  /** Small named values that were stored with it, 'proof' for one. */
  meta(name: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}
