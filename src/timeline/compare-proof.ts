import { closeSync, constants, openSync } from 'node:fs';
import { toBytes } from '../events/byte-string.js';
import { flagNames } from '../linux/file-flags.js';
import { typeOfMode } from './base-node.js';
import { S_IFMT } from '../linux/modes.js';
import { type HashVersion, hashContent, MOST_HASHED_ZEROS } from './content-hash.js';
import { type LiveFile, liveFiles } from './live-files.js';
import { hasBaseContent, type Proof, type ProofEntry, type ProofStat } from './proof.js';
import type { NodeView } from './rec.js';
import type { TreeState } from './state.js';
import type { ByteRange } from './stream-reader.js';
import type { FileContent, Node, Recording } from './types.js';

export type DifferenceKind =
  | 'missing' // the recording has it, the disk does not
  | 'unexpected' // the recording says that it is gone
  | 'type'
  | 'size'
  | 'bytes'
  | 'unknown-bytes' // the recording does not know all its bytes
  | 'mode'
  | 'owner'
  | 'device'
  | 'target'
  | 'links' // number of names, or which names are one file
  | 'xattr'
  | 'flags' // of chattr(1)
  | 'mtime';

export interface Difference {
  path: string;
  what: DifferenceKind;
  /** What the recording says. */
  recorded: string;
  /** What stood on the disk. */
  found: string;
  /** Of 'bytes': the first offset at which they differ, when the disk still has what the proof saw. */
  offset?: number;
}

export interface ProofResult {
  ok: boolean;
  /** Paths compared. */
  paths: number;
  differences: Difference[];
  /** False: the proof was taken without reading extended attributes. */
  xattrsCompared: boolean;
}

const CHUNK_BYTES = 4 << 20;

/** What is read of a recording to compare it. */
export type ProvenRecording = Pick<Recording, 'state' | 'content' | 'length' | 'isLocal'>;

export interface CompareOptions {
  /** Where the proof saw the path, when that was elsewhere. */
  locate?: (path: string) => string | undefined;
  /** Of contents by file; those that are there are not read again, the others are added. */
  hashes?: Map<number, Promise<string | undefined>>;
}

/**
 * Rebuilds every touched path from the store and compares it with what the proof saw on the disk. Of a recording that was made
 * elsewhere nothing is opened there.
 */
export async function compareProof(
  recording: ProvenRecording,
  proof: Proof,
  { locate = (path) => path, hashes = new Map() }: CompareOptions = {},
): Promise<ProofResult> {
  const onDisk = recording.isLocal ? locate : () => undefined;
  const state = (await recording.state(Math.min(proof.seq, recording.length))) as TreeState;
  const differences: Difference[] = [];
  const inodes = new Inodes();
  let paths = 0;
  let xattrsCompared = true;
  for (const entry of proof.entries) {
    paths += 1;
    if (entry.stat !== null && entry.xattrs === null) xattrsCompared = false;
    const node = state.lookup(entry.path);
    const add = (what: DifferenceKind, recorded: unknown, found: unknown): void => {
      differences.push({ path: entry.path, what, recorded: `${recorded}`, found: `${found}` });
    };
    if (node === undefined || entry.stat === null) {
      if (node !== undefined) add('missing', node.type, 'nothing');
      else if (entry.stat !== null) add('unexpected', 'nothing', typeOfMode(entry.stat.mode));
      continue;
    }
    const type = typeOfMode(entry.stat.mode);
    if (node.type !== type) {
      add('type', node.type, type);
      continue;
    }
    compareMetadata(node, entry, entry.stat, add);
    compareXattrs(node, entry, add);
    compareFlags(node, entry, add);
    const other = inodes.other(node.file, entry.stat, entry.path);
    if (other !== undefined) add('links', other.recorded, other.found);
    const seen = { version: proof.version, hashes, onDisk: onDisk(entry.path) };
    if (type !== 'file' || !(await contentDiffers(recording, state, node, entry, seen, add))) continue;
    const offset = await firstDifference(recording.content(state, node.file), entry.stat, seen.onDisk);
    if (offset !== undefined) Object.assign(differences[differences.length - 1] as Difference, { offset });
  }
  return { ok: differences.length === 0, paths, differences, xattrsCompared };
}

type Add = (what: DifferenceKind, recorded: unknown, found: unknown) => void;

function compareMetadata(node: Node, entry: ProofEntry, stat: ProofStat, add: Add): void {
  const bits = (mode: number) => (mode & ~S_IFMT).toString(8).padStart(4, '0');
  // A symbolic link's permission bits mean nothing.
  if (node.type !== 'symlink' && bits(node.mode) !== bits(stat.mode)) add('mode', bits(node.mode), bits(stat.mode));
  if (node.uid !== stat.uid || node.gid !== stat.gid) {
    add('owner', `${node.uid}:${node.gid}`, `${stat.uid}:${stat.gid}`);
  }
  if (node.target !== entry.target) add('target', node.target, entry.target);
  if ((node.type === 'char' || node.type === 'block') && node.rdev !== stat.rdev) add('device', node.rdev, stat.rdev);
  if (node.type !== 'dir' && stat.nlink !== 0 && node.nlink !== stat.nlink) add('links', node.nlink, stat.nlink);
  if (node.mtimeNs !== null && node.mtimeNs !== stat.mtimeNs) add('mtime', node.mtimeNs, stat.mtimeNs);
}

/** Attributes that programs set as plain bytes; the kernel derives or rewrites the others by its own rules. */
const COMPARED_XATTR = /^(user\.|trusted\.|security\.capability$)/;

function compareXattrs(node: NodeView, entry: ProofEntry, add: Add): void {
  if (entry.xattrs === null) return;
  const names = new Set([...(node.xattrs?.keys() ?? []), ...node.removedXattrs]);
  // Of a base file only what was recorded is known; one that was born here has nothing else.
  if (!node.base) for (const name of entry.xattrs.keys()) names.add(name);
  for (const name of names) {
    if (!COMPARED_XATTR.test(name)) continue;
    const recorded = node.xattrs?.get(name);
    const found = entry.xattrs.get(name);
    const same = recorded === undefined ? found === undefined : found !== undefined && equalBytes(recorded, found);
    if (!same) add('xattr', `${name}=${hex(recorded)}`, `${name}=${hex(found)}`);
  }
}

function compareFlags({ flags }: NodeView, entry: ProofEntry, add: Add): void {
  if (flags === null || entry.flags === null || ((flags.set ^ entry.flags) & flags.known) === 0) return;
  add('flags', flagNames(flags.set), flagNames((entry.flags & flags.known) >>> 0));
}

interface Seen {
  version: HashVersion;
  hashes: Map<number, Promise<string | undefined>>;
  /** Where the file can be looked at. */
  onDisk: string | undefined;
}

/** True when 'bytes' was added. */
async function contentDiffers(
  recording: ProvenRecording,
  state: TreeState,
  node: NodeView,
  entry: ProofEntry,
  { version, hashes, onDisk }: Seen,
  add: Add,
): Promise<boolean> {
  if (node.sizeBytes !== entry.stat?.sizeBytes) {
    add('size', node.sizeBytes, entry.stat?.sizeBytes);
    return false;
  }
  // Neither side has changed it since the base.
  if (entry.content === 'base' && hasBaseContent(node)) return false;
  const hash = hashes.get(node.file) ?? hashContent(recording, state, node, version);
  hashes.set(node.file, hash);
  const recorded = await hash;
  const found = entry.content === null ? 'a file that may not be read' : `sha256 ${entry.content}`;
  if (recorded === undefined) add('unknown-bytes', whyUnknown(node, onDisk), found);
  else if (recorded !== entry.content) add('bytes', `sha256 ${recorded}`, found);
  return recorded !== undefined && recorded !== entry.content;
}

/** Bytes that no event changed are not recorded, but read from the file: that may take more rights than this user has. */
function whyUnknown(node: NodeView, path: string | undefined): string {
  try {
    if (node.base && path !== undefined)
      closeSync(openSync(toBytes(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      return 'bytes that were there before and stand in the file alone, which you may not read';
  }
  return node.sizeBytes > MOST_HASHED_ZEROS
    ? 'not all bytes are known, or holes too large to be hashed'
    : 'not all bytes are known';
}

/** undefined when the file on the disk is not the one that the proof saw any more. */
async function firstDifference(
  content: FileContent,
  seen: ProofStat,
  path: string | undefined,
): Promise<number | undefined> {
  const live = path === undefined ? undefined : await liveFiles.open(path);
  if (live === undefined) return undefined;
  try {
    const stat = await live.stat();
    if (stat.ino !== seen.ino || stat.mtimeNs !== seen.mtimeNs || stat.ctimeNs !== seen.ctimeNs) return undefined;
    let first = Number.POSITIVE_INFINITY;
    const lists = [content.dataRanges(), live.dataRanges(0, content.sizeBytes)];
    for (const ranges of lists) first = Math.min(first, (await firstWithin(ranges, content, live, first)) ?? first);
    return Number.isFinite(first) ? first : undefined;
  } finally {
    await live.close();
  }
}

/** The first offset below `before` in those ranges at which they differ. */
async function firstWithin(
  ranges: AsyncIterable<ByteRange> | Iterable<ByteRange>,
  content: FileContent,
  live: LiveFile,
  before: number,
): Promise<number | undefined> {
  for await (const { offset, length } of ranges) {
    const end = Math.min(offset + length, before);
    for (let at = offset; at < end; at += CHUNK_BYTES) {
      const { bytes } = await content.read(at, Math.min(CHUNK_BYTES, end - at));
      const found = Buffer.alloc(bytes.length);
      await live.read(found, at);
      if (!bytes.equals(found)) return at + bytes.findIndex((byte, index) => byte !== found[index]);
    }
  }
  return undefined;
}

/** Finds names that are one file on one side and two on the other. */
class Inodes {
  private readonly byFile = new Map<number, { inode: string; path: string }>();
  private readonly byInode = new Map<string, { file: number; path: string }>();

  other(file: number, stat: ProofStat, path: string): { recorded: string; found: string } | undefined {
    if (stat.ino === 0n) return undefined;
    const inode = `${stat.dev}:${stat.ino}`;
    const sameFile = this.byFile.get(file);
    const sameInode = this.byInode.get(inode);
    if (sameFile === undefined) this.byFile.set(file, { inode, path });
    if (sameInode === undefined) this.byInode.set(inode, { file, path });
    if (sameFile !== undefined && sameFile.inode !== inode) {
      return { recorded: `the same file as ${sameFile.path}`, found: 'a file of its own' };
    }
    if (sameInode !== undefined && sameInode.file !== file) {
      return { recorded: 'a file of its own', found: `the same file as ${sameInode.path}` };
    }
    return undefined;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'none' : Buffer.from(bytes).toString('hex');
}
