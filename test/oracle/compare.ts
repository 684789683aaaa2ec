import { createHash } from 'node:crypto';
import { fromBytes, toBytes } from '../../src/events/byte-string.js';
import { isOnOverlay } from '../../src/timeline/overlay.js';
import type { Node, Recording, State } from '../../src/timeline/types.js';
import type { ListedNode, Listing } from './listing.js';

export interface Difference {
  /** Relative to the folder, a byte string. */
  path: string;
  what: string;
  /** The file in the state, 0 when it has none there. */
  file: number;
}

/** Compares the folder in a state with what a walk of the real one saw, path by path. An empty list: they are equal. */
export async function compareWithListing(
  recording: Recording,
  state: State,
  folder: string,
  listing: Listing,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  const seen = new Set<string>();
  const fileOfInode = new Map<string, number>();
  const inodeOfFile = new Map<number, string>();
  for (const listed of listing.entries) {
    const path = fromBytes(Buffer.from(listed.path, 'base64'));
    seen.add(path);
    const node = state.lookup(path === '' ? folder : `${folder}/${path}`);
    if (node === undefined) {
      differences.push({ path, what: `is a ${listed.type} on disk, and nothing in the state`, file: 0 });
      continue;
    }
    const add = (what: string) => differences.push({ path, what, file: node.file });
    for (const what of await nodeDifferences(recording, state, node, listed)) add(what);
    const file = fileOfInode.get(listed.inode);
    const inode = inodeOfFile.get(node.file);
    if (file !== undefined && file !== node.file) add('is a hard link on disk, and a file of its own in the state');
    if (inode !== undefined && inode !== listed.inode)
      add('is a file of its own on disk, and a hard link in the state');
    fileOfInode.set(listed.inode, node.file);
    inodeOfFile.set(node.file, listed.inode);
  }
  for (const [path, file] of pathsBelow(state, folder)) {
    if (!seen.has(path)) differences.push({ path, what: 'stands in the state, and not on disk', file });
  }
  return differences;
}

function* pathsBelow(state: State, folder: string): Generator<[path: string, file: number]> {
  const top = state.lookup(folder);
  if (top === undefined) return;
  const left: [string, number][] = [['', top.file]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [path, file] = next;
    yield next;
    if (state.node(file)?.type !== 'dir') continue;
    for (const entry of state.children(file))
      left.push([path === '' ? entry.name : `${path}/${entry.name}`, entry.file]);
  }
}

async function nodeDifferences(recording: Recording, state: State, node: Node, listed: ListedNode): Promise<string[]> {
  const found: string[] = [];
  const check = (name: string, disk: unknown, model: unknown) => {
    if (disk !== model) found.push(`${name} is ${String(disk)} on disk, ${String(model)} in the state`);
  };
  check('type', listed.type, node.type);
  if (listed.type !== node.type) return found;
  check('mode', listed.mode.toString(8), node.mode.toString(8));
  check('uid', listed.uid, node.uid);
  check('gid', listed.gid, node.gid);
  if (listed.type === 'char' || listed.type === 'block') check('rdev', listed.rdev, node.rdev);
  if (listed.type !== 'dir') check('nlink', listed.nlink, await linksShown(recording, state, node));
  if (listed.target !== undefined) {
    check('target', listed.target, toBytes(node.target ?? '').toString('base64'));
  }
  if (listed.mtimeNs !== undefined)
    check('mtime', timeMovesUnseen(listed) ? 'null' : listed.mtimeNs, String(node.mtimeNs));
  for (const [name, value] of Object.entries(listed.xattrs ?? {})) {
    const model = node.xattrs?.get(name);
    // Attributes that nobody set during the recording may be left to the live base.
    if (node.base && model === undefined && !node.removedXattrs.includes(name)) continue;
    check(`xattr ${name}`, value, model === undefined ? 'missing' : Buffer.from(model).toString('base64'));
  }
  if (listed.xattrs !== undefined) {
    for (const name of node.xattrs?.keys() ?? []) {
      if (!(name in listed.xattrs)) found.push(`xattr ${name} is missing on disk, and stands in the state`);
    }
  }
  if (listed.type === 'file') {
    check('size', listed.sizeBytes, node.sizeBytes);
    if (node.uncertain) found.push('the state calls its content uncertain');
    if (found.length === 0 && listed.sha256 !== undefined)
      check('sha-256', listed.sha256, await hashOf(recording, state, node));
  }
  return found;
}

/** Of a file in a lower layer overlayfs shows the names in that layer, not how many of them are left. */
async function linksShown(recording: Recording, state: State, node: Node): Promise<number> {
  const before = node.base && node.type !== 'dir' ? (await recording.state(0)).node(node.file)?.nlink : undefined;
  const isLayered = before !== undefined && before > 1 && isOnOverlay(state.pathOf(node.file) ?? '/');
  return isLayered ? before : node.nlink;
}

/** What is written into a FIFO or to a device moves its time, and is no event. */
function timeMovesUnseen({ type }: ListedNode): boolean {
  return type === 'fifo' || type === 'char' || type === 'block';
}

const PIECE = 1 << 20;

async function hashOf(recording: Recording, state: State, node: Node): Promise<string> {
  const content = recording.content(state, node.file);
  const hash = createHash('sha256');
  for (let at = 0; at < content.sizeBytes; at += PIECE) {
    const { bytes, unknown } = await content.read(at, PIECE);
    const [first] = unknown;
    if (first !== undefined) return `unknown from ${first.offset} (${first.length} bytes)`;
    hash.update(bytes);
  }
  return hash.digest('hex');
}
