import { posix } from 'node:path';
import { toBytes } from '../../events/byte-string.js';
import type { RecordingInfo } from '../../catalog/types.js';
import type { FileContent, Node, Recording, State, TreeChange } from '../../timeline/types.js';
import { isBelow } from '../refs/path-ref.js';
import { type FilePatch, filePatch, type PatchOptions } from './file-patch.js';
import { S_IFMT } from '../../linux/modes.js';
import { blobHash, isPatchable, type Side, sideOf, unshownSide } from './side.js';

/** Larger files are told apart, but not shown line by line. */
const SHOWN_BYTES = 32 << 20;
/** git's id of a larger file, or of one with larger holes, is not computed. */
const HASHED_BYTES = 2 ** 30;
const HASHED_ZEROS = 64 << 20;
const CHUNK_BYTES = 4 << 20;

/** One change as git tells it. A change of type is two patches: the old goes, the new comes. */
export interface DiffEntry {
  status: 'A' | 'D' | 'M' | 'R' | 'T';
  oldName: string;
  newName: string;
  patches: FilePatch[];
  oldBytes: number;
  newBytes: number;
}

/** What a patch cannot tell, counted. */
export interface LeftOut {
  outside: number;
  other: number;
  /** Paths whose bytes are not known. */
  unknown: string[];
}

export interface CollectOptions extends PatchOptions {
  /** Also what lies outside of the root, under its absolute path without the first slash. */
  all: boolean;
}

interface States {
  before: State;
  after: State;
  changes: readonly TreeChange[];
}

export async function* collectChanges(
  recording: Recording,
  { before, after, changes }: States,
  options: CollectOptions,
  leftOut: LeftOut,
): AsyncGenerator<DiffEntry> {
  const root = patchRoot(recording.info);
  for (const change of changes) {
    const ends = {
      old: endOf(change.before, change.oldPath, root, options.all),
      new: endOf(change.after, change.path, root, options.all),
    };
    if (ends.old === undefined && ends.new === undefined) {
      if (change.before?.type !== 'dir' || change.after?.type !== 'dir') leftOut.outside += 1;
      continue;
    }
    const [old, now] = [await readSide(recording, before, ends.old), await readSide(recording, after, ends.new)];
    if (old === 'unknown' || now === 'unknown') {
      leftOut.unknown.push(change.path);
      continue;
    }
    const entry = toEntry(old, now, options);
    if (entry !== undefined) yield entry;
    else if (isTold(change)) leftOut.other += 1;
  }
}

/** Where names in the patch start: the root that holds the working directory, as `dk checkout` lays it out. */
export function patchRoot(info: RecordingInfo): string {
  return info.roots.find((root) => isBelow(info.cwd, root)) ?? info.roots[0] ?? info.cwd;
}

interface End {
  node: Node;
  name: string;
}

/** What moved across the root's border came or went, as seen from inside. */
function endOf(node: Node | undefined, path: string, root: string, all: boolean): End | undefined {
  if (node === undefined) return undefined;
  if (all) return { node, name: path.slice(1) };
  return isBelow(path, root) && path !== root ? { node, name: posix.relative(root, path) } : undefined;
}

/** undefined also for what git does not track. */
async function readSide(
  recording: Recording,
  state: State,
  end: End | undefined,
): Promise<Side | 'unknown' | undefined> {
  if (end === undefined || !isPatchable(end.node.mode)) return undefined;
  const { node, name } = end;
  if (node.type === 'symlink') return sideOf(name, node.mode, toBytes(node.target ?? ''));
  const content = recording.content(state, node.file);
  if (!(await content.known())) return 'unknown';
  if (node.sizeBytes <= SHOWN_BYTES) return sideOf(name, node.mode, await content.all());
  if (node.sizeBytes > HASHED_BYTES || (await zerosOf(content)) > HASHED_ZEROS) return unshownSide(name, node);
  const hash = blobHash(node.sizeBytes);
  for (let at = 0; at < node.sizeBytes; at += CHUNK_BYTES) {
    hash.update((await content.read(at, Math.min(CHUNK_BYTES, node.sizeBytes - at))).bytes);
  }
  return { name, mode: node.mode, sizeBytes: node.sizeBytes, bytes: undefined, blobId: hash.digest('hex') };
}

async function zerosOf(content: FileContent): Promise<number> {
  let data = 0;
  for await (const { length } of content.dataRanges()) data += length;
  return content.sizeBytes - data;
}

function toEntry(before: Side | undefined, after: Side | undefined, options: PatchOptions): DiffEntry | undefined {
  if (before === undefined && after === undefined) return undefined;
  const retyped = before !== undefined && after !== undefined && ((before.mode ^ after.mode) & S_IFMT) !== 0;
  const changes = retyped
    ? [
        { before, after: undefined },
        { before: undefined, after },
      ]
    : [{ before, after }];
  const patches = changes.map((change) => filePatch(change, options)).filter((patch) => patch !== undefined);
  if (patches.length === 0) return undefined;
  const oldName = before?.name ?? after?.name ?? '';
  const newName = after?.name ?? before?.name ?? '';
  return {
    status: before === undefined ? 'A' : after === undefined ? 'D' : retyped ? 'T' : oldName !== newName ? 'R' : 'M',
    oldName,
    newName,
    patches,
    oldBytes: before?.sizeBytes ?? 0,
    newBytes: after?.sizeBytes ?? 0,
  };
}

/** Directories come and go with what is in them; anything else that makes no patch is worth a word. */
function isTold({ before, after }: TreeChange): boolean {
  return (
    (before ?? after)?.type !== 'dir' ||
    (after ?? before)?.type !== 'dir' ||
    (before !== undefined && after !== undefined)
  );
}
