import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { fromBytes } from '../events/byte-string.js';
import { baseStream } from '../events/event.js';
import { typeOfMode } from './base-node.js';
import { items } from './balanced.js';
import { type HashVersion, hashFile } from './content-hash.js';
import type { DataFinder } from './data-finder.js';
import { inodeNumber } from './inode-number.js';
import { atPath } from './long-path.js';
import { isOnOverlay, numbersMove } from './overlay.js';
import type { NodeView } from './rec.js';
import type { TreeState } from './state.js';
import { childPath } from './child-path.js';

/** What stood on the disk at a path when the command had ended. */
export interface ProofEntry {
  path: string;
  /** null: nothing stood there. */
  stat: ProofStat | null;
  target: string | null;
  /** Hash of a regular file (content-hash.ts); 'base': not read, because size, time and inode say that it is the base's content. */
  content: string | null;
  /** null: not read. */
  xattrs: ReadonlyMap<string, Uint8Array> | null;
  /** FS_*_FL bits; null: not read, because no event set any. */
  flags: number | null;
}

export interface ProofStat {
  dev: bigint;
  /** 0: the filesystem shows numbers that do not tell which names are one file. */
  ino: bigint;
  mode: number;
  /** 0: the filesystem does not tell how many names lead to it. */
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  sizeBytes: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

/** The disk's side of `dk verify`: every path that the command touched, as it was at the end. */
export interface Proof {
  /** Of its form on disk: which hash `content` is (content-hash.ts). */
  version: HashVersion;
  /** Number of events that the state it was taken for has. */
  seq: number;
  entries: Iterable<ProofEntry>;
}

/** One that was just taken. */
export interface TakenProof extends Proof {
  entries: ProofEntry[];
}

/** Reads the extended attributes of a path itself (links are not followed). Node has no call for it. */
export type XattrReader = (path: Buffer) => Readonly<Record<string, Uint8Array>>;

/** Reads the flags of chattr(1); undefined where the file has none to read. */
export type FlagsReader = (path: Buffer) => number | undefined;

export interface ProofOptions {
  /** Without it flags are not part of the proof. */
  readFlags?: FlagsReader;
  /** Without it attributes are not part of the proof. */
  readXattrs?: XattrReader;
  /** Without it holes are read as zeros. */
  findData?: DataFinder;
  /**
   * True when what is known of changes explains the times of a base file, so that it still has its bytes. Without it a file
   * that has its old time does.
   */
  explains?: (node: NodeView, stat: ProofStat, live: string) => boolean;
  /** Where the recording's path stands on this disk; undefined leaves the path out. Default: at the path itself. */
  locate?: (path: string) => string | undefined;
  /** True for what is not looked at, as if nothing stood there: behind a link that leads out of the folder. */
  isHidden?: (live: string) => boolean;
}

/** Looks at every path that `state` says was touched, and at those that it says are gone. Synchronous: for a worker. */
export function takeProof(state: TreeState, options: ProofOptions = {}): TakenProof {
  const locate = options.locate ?? ((path) => path);
  const hashes = new Map<string, string>();
  const entries: ProofEntry[] = [];
  for (const [path, node] of touchedPaths(state)) {
    const live = locate(path);
    if (live === undefined) continue;
    const entry = options.isHidden?.(live)
      ? { path, stat: null, target: null, content: null, xattrs: null, flags: null }
      : look(path, live, node, state, options);
    if (entry.stat !== null && entry.content === UNREAD) {
      const inode = `${entry.stat.dev}:${entry.stat.ino}`;
      entry.content = hashes.get(inode) ?? hashIfThere(live, options.findData);
      if (entry.content !== null) hashes.set(inode, entry.content);
    }
    if (entry.stat !== null && namesCannotBeTold(live, entry.stat)) entry.stat.ino = 0n;
    entries.push(entry);
  }
  return { version: 2, seq: state.seq, entries };
}

/** Paths that some event touched and that stand in the state, and with undefined those that do not stand there any more. */
export function* touchedPaths(state: TreeState): Generator<[path: string, node: NodeView | undefined]> {
  for (const [file, rec] of state.recs.entries()) {
    if (rec.touched) {
      const node = state.node(file);
      for (const path of state.pathsOf(file)) yield [path, node];
    }
    if (rec.entries === null) continue;
    const dir = state.pathOf(file);
    if (dir === undefined) continue;
    for (const { name, file: child } of items(rec.entries)) {
      if (child === 0) yield [childPath(dir, name), undefined];
    }
  }
}

/** Marks content that is still to be hashed; never stored. */
const UNREAD = 'unread';

function look(
  path: string,
  live: string,
  node: NodeView | undefined,
  state: TreeState,
  { readXattrs, readFlags, explains }: ProofOptions,
): ProofEntry {
  const entry: ProofEntry = { path, stat: null, target: null, content: null, xattrs: null, flags: null };
  try {
    entry.stat = atPath(live, (bytes) => {
      const stat = lstatSync(bytes, { bigint: true });
      if (stat.isSymbolicLink()) entry.target = fromBytes(readlinkSync(bytes, { encoding: 'buffer' }));
      if (readXattrs !== undefined) entry.xattrs = new Map(Object.entries(readXattrs(bytes)));
      if (readFlags !== undefined && node !== undefined && node.flags !== null) entry.flags = readFlags(bytes) ?? null;
      return proofStat(stat);
    });
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return entry;
  }
  if (node !== undefined && linksAreOfLayer(live, node, state)) entry.stat.nlink = 0;
  if (typeOfMode(entry.stat.mode) === 'file' && node !== undefined)
    entry.content = isBaseContent(node, state, entry.stat, live, explains) ? 'base' : UNREAD;
  return entry;
}

function namesCannotBeTold(live: string, stat: ProofStat): boolean {
  return stat.nlink !== 1 && typeOfMode(stat.mode) !== 'dir' && numbersMove(live, stat);
}

/** Overlayfs shows for a file of a lower layer how many names that layer has, not how many of them are left. */
function linksAreOfLayer(path: string, node: NodeView, state: TreeState): boolean {
  const base = state.base.node(node.file);
  return base !== undefined && base.nlink > 1 && node.type !== 'dir' && isOnOverlay(path);
}

function isBaseContent(
  node: NodeView,
  state: TreeState,
  stat: ProofStat,
  live: string,
  explains: ProofOptions['explains'],
): boolean {
  const base = state.base.node(node.file);
  return (
    base !== undefined &&
    hasBaseContent(node) &&
    base.sizeBytes === stat.sizeBytes &&
    base.identity.endsWith(`:${stat.ino}`) &&
    (explains === undefined ? base.mtimeNs === stat.mtimeNs : explains(node, stat, live))
  );
}

/** True when no event changed the bytes of a base file. */
export function hasBaseContent(node: NodeView): boolean {
  if (!node.base || node.uncertain) return false;
  const extents = node.content();
  if (extents === null) return true;
  const { stream, off } = extents.item;
  return extents.count === 1 && stream === baseStream(node.file) && off === 0;
}

function hashIfThere(path: string, findData: DataFinder | undefined): string | null {
  try {
    return atPath(path, (bytes) => hashFile(bytes, findData));
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

function proofStat(stat: BigIntStats): ProofStat {
  return {
    dev: stat.dev,
    ino: inodeNumber(stat),
    mode: Number(stat.mode),
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    rdev: Number(stat.rdev),
    sizeBytes: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
  };
}

/** Nothing can be seen at the path: it is not there, or was exchanged for something else while we looked. */
function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ESTALE', 'EACCES', 'ENAMETOOLONG'].includes(code);
}
