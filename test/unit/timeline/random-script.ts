import fc from 'fast-check';
import type { Recording, State } from '../../../src/timeline/types.js';
import { BASE_MTIME_NS } from '../../support/base-bytes.js';
import { type ScriptedProcess, type Script, type Scripted, scripted } from '../../support/scripted.js';
import { NaiveTree, type NaiveNode, naiveNode } from './naive-tree.js';

const CWD = '/work/app';
const BASE = {
  'base.txt': 'base file of forty-two bytes, all of them.',
  'lib/x.txt': 'x of the base',
  'lib/y.txt': 'y of the base',
  'lib/deep/z.txt': 'z',
  ln: { target: 'lib/x.txt' },
} as const;
const EXTERNAL = '/ext/outside.txt';
const PATHS = [
  'a',
  'b',
  'd',
  'd/a',
  'd/é',
  'd/e',
  'd/e/a',
  'lib',
  'lib/x.txt',
  'lib/y.txt',
  'lib/deep',
  'base.txt',
  'ln',
];

const path = fc.constantFrom(...PATHS.map((one) => `${CWD}/${one}`), EXTERNAL);
const offset = fc.integer({ min: 0, max: 60 });
const length = fc.integer({ min: 0, max: 24 });
/** One random operation; what the kernel would refuse is left out when it is played. */
export const operation = fc.record({
  op: fc.constantFrom(
    'write',
    'write',
    'append',
    'truncate',
    'allocate',
    'copy',
    'create',
    'create',
    'mkdir',
    'mkdir',
    'rmdir',
    'unlink',
    'rename',
    'rename',
    'exchange',
    'link',
    'symlink',
    'mknod',
    'chmod',
    'chown',
    'utimes',
    'xattr',
    'chattr',
    'gap',
    'resync',
    'orphan-write',
    'output',
  ),
  path,
  other: path,
  offset,
  length,
  mode: fc.constantFrom(0, 1, 3, 16, 17, 8, 32, 64),
  value: fc.integer({ min: 1, max: 255 }),
});
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

export interface Played extends Scripted {
  /** The naive tree after each event, [0] the base. */
  trees: NaiveTree[];
}

export async function play(operations: readonly Operation[], keyframeEvery: number): Promise<Played> {
  const trees: NaiveTree[] = [];
  const played = await scripted({ cwd: CWD, base: BASE, keyframeEvery }, (script) => {
    const player = new Player(script);
    trees.push(player.tree.clone());
    for (const one of operations) {
      const before = script.writer.totals().events;
      player.apply(one);
      while (trees.length <= script.writer.totals().events) trees.push(player.tree.clone());
      if (script.writer.totals().events > before + 1) throw new Error('an operation is one event at most');
    }
  });
  return { ...played, trees };
}

/** What a state holds below the working directory and of the external file, in the naive tree's terms. */
export async function render(recording: Recording, state: State): Promise<Record<string, unknown>> {
  const rendered: Record<string, unknown> = {};
  const visit = async (at: string, file: number): Promise<void> => {
    const node = state.node(file);
    if (node === undefined) throw new Error(`${at} has no node`);
    let bytes: number[] = [];
    if (node.type === 'file') {
      const read = await recording.content(state, file).read(0, node.sizeBytes);
      bytes = [...read.bytes];
      for (const hole of read.unknown) bytes.fill(-1, hole.offset, hole.offset + hole.length);
    }
    const xattrs = [...(node.xattrs ?? [])].map(([name, value]) => [name, Buffer.from(value).toString()]);
    rendered[at] = describe(
      {
        type: node.type as NaiveNode['type'],
        bytes,
        mode: node.mode & 0o7777,
        uid: node.uid,
        target: node.target,
        xattrs: new Map(xattrs as [string, string][]),
        flags: node.flags,
        mtimeNs: node.mtimeNs,
      },
      node.type === 'dir' ? 1 : node.nlink,
    );
    if (node.type !== 'dir') return;
    for (const { name, file: child } of state.children(file)) await visit(`${at}/${name}`, child);
  };
  for (const root of [CWD, '/ext']) {
    const file = state.lookup(root)?.file;
    if (file !== undefined) await visit(root, file);
  }
  return rendered;
}

export function renderNaive(tree: NaiveTree, knowsExternal: boolean): Record<string, unknown> {
  const rendered: Record<string, unknown> = {};
  for (const [at, node] of tree.paths) {
    if (at.startsWith('/ext') && !knowsExternal) continue;
    // What is written into a FIFO moves its time without an event.
    const known = node.type === 'fifo' ? { ...node, mtimeNs: null } : node;
    rendered[at] = describe(known, node.type === 'dir' ? 1 : tree.nlink(node));
  }
  return rendered;
}

function describe(node: NaiveNode, nlink: number): unknown {
  const { type, bytes, mode, uid, target, xattrs, flags } = node;
  const mtimeNs = type === 'dir' ? null : node.mtimeNs;
  return { type, bytes: bytes.join(' '), mode, uid, target, xattrs: [...xattrs].sort(), flags, mtimeNs, nlink };
}

/** Plays operations on the script and on the naive tree. */
class Player {
  readonly tree = baseTree();
  private readonly process: ScriptedProcess;
  private readonly orphans: { file: number; node: NaiveNode }[] = [];

  constructor(private readonly script: Script) {
    this.process = script.main;
  }

  apply({ op, path: at, other, offset: from, length: count, mode, value }: Operation): void {
    this.discover(at);
    this.discover(other);
    const { tree, process } = this;
    const node = tree.paths.get(at);
    const file = node?.type === 'file' ? node : undefined;
    const free = node === undefined && tree.parentIsDir(at);
    const bytes = new Array<number>(count).fill(value);
    if (op === 'write' && file) {
      process.write(at, Buffer.from(bytes), from);
      tree.write(file, from, bytes);
    } else if (op === 'append' && file) {
      process.append(at, Buffer.from(bytes));
      tree.write(file, file.bytes.length, bytes);
    } else if (op === 'truncate' && file) {
      process.truncate(at, from);
      tree.resize(file, from);
    } else if (op === 'allocate' && file) {
      process.allocate(at, mode, from, count);
      tree.allocate(file, mode, from, count);
    } else if (op === 'copy' && file) {
      const source = tree.paths.get(other);
      const available = source?.type === 'file' ? Math.max(0, Math.min(count, source.bytes.length - value)) : 0;
      if (source === undefined || available === 0) return;
      const copied = source.bytes.slice(value, value + available);
      process.copy(other, value, at, from, available);
      tree.write(file, from, copied);
    } else if (op === 'create' && free) {
      process.create(at);
      tree.link(at, naiveNode('file'));
    } else if (op === 'mkdir' && free) {
      process.mkdir(at);
      tree.link(at, naiveNode('dir', { mode: 0o755 }));
    } else if (op === 'rmdir' && node?.type === 'dir' && tree.isEmpty(at)) {
      process.rmdir(at);
      tree.unlink(at);
    } else if (op === 'unlink' && node && node.type !== 'dir') {
      if (file) this.orphans.push({ file: process.find(at), node: file });
      process.unlink(at);
      tree.unlink(at);
    } else if (op === 'rename') {
      if (tree.clone().rename(at, other)) process.rename(at, other);
      tree.rename(at, other);
    } else if (op === 'exchange' && tree.clone().exchange(at, other)) {
      process.exchange(at, other);
      tree.exchange(at, other);
    } else if (op === 'link' && node && node.type !== 'dir' && this.isFree(other)) {
      process.link(at, other);
      tree.link(other, node);
    } else if (op === 'symlink' && free) {
      process.symlink(other, at);
      tree.link(at, naiveNode('symlink', { mode: 0o777, target: other }));
    } else if (op === 'mknod' && free) {
      process.mknod(at, 0o010600);
      tree.link(at, naiveNode('fifo', { mode: 0o600 }));
    } else if (op === 'chmod' && node && node.type !== 'symlink') {
      process.chmod(at, value);
      node.mode = value;
    } else if (op === 'chown' && node) {
      const takes = value % 2 === 0 && node.type !== 'symlink';
      process.chown(at, value, value, takes ? { mode: value, xattrs: { 'user.1': null, 'user.2': null } } : undefined);
      node.uid = value;
      if (takes) node.mode = value;
      if (takes) for (const name of ['user.1', 'user.2']) node.xattrs.delete(name);
    } else if (op === 'utimes' && node) {
      process.utimes(at, BigInt(value));
      node.mtimeNs = BigInt(value);
    } else if (op === 'xattr' && node && node.type !== 'symlink') {
      process.setxattr(at, `user.${value % 3}`, from % 4 === 0 ? null : `${value}`);
      if (from % 4 === 0) node.xattrs.delete(`user.${value % 3}`);
      else node.xattrs.set(`user.${value % 3}`, `${value}`);
    } else if (op === 'chattr' && node && node.type !== 'symlink') {
      const [flags, mask] = [value & 0xf0, (from << 4) & 0xf0];
      process.chattr(at, flags, mask);
      const { set, known } = node.flags ?? { set: 0, known: 0 };
      if (mask !== 0) node.flags = { set: (set & ~mask) | (flags & mask), known: known | mask };
    } else if (op === 'gap' && file) {
      process.gap(at, { offset: from, length: count });
      const end = count === 0 ? file.bytes.length : Math.min(from + count, file.bytes.length);
      if (end > (count === 0 ? 0 : from)) file.bytes.fill(-1, count === 0 ? 0 : from, end);
      file.mtimeNs = null;
    } else if (op === 'resync' && (free || file)) {
      this.resync(at, file, bytes);
    } else if (op === 'orphan-write' && this.orphans.length > 0) {
      const orphan = this.orphans[value % this.orphans.length] as { file: number; node: NaiveNode };
      process.writeTo(orphan.file, at, Buffer.from(bytes), from);
      tree.write(orphan.node, from, bytes);
    } else if (op === 'output') {
      process.output('text');
    }
  }

  private resync(at: string, file: NaiveNode | undefined, bytes: number[]): void {
    this.process.resync(at, Buffer.from(bytes));
    const node = file ?? naiveNode('file');
    Object.assign(node, {
      bytes,
      mode: 0o644,
      uid: 1000,
      xattrs: new Map(),
      flags: null,
      mtimeNs: 1_700_000_001_000_000_000n,
    });
    if (file === undefined) this.tree.link(at, node);
  }

  private isFree(at: string): boolean {
    return !this.tree.paths.has(at) && this.tree.parentIsDir(at);
  }

  /** The external directory and file become known when something first names them, as in ingest. */
  private discover(at: string): void {
    const { writer } = this.script;
    if (at !== EXTERNAL || writer.model.resolve('/ext').found) return;
    const facts = { nlink: 1, uid: 1000, gid: 1000, rdev: 0, mtimeNs: BASE_MTIME_NS, ctimeNs: BASE_MTIME_NS };
    const rest = { ...facts, target: null, xattrs: null, listed: false };
    const dir = writer.newFile();
    const file = writer.newFile();
    const size = EXTERNAL_BYTES.length;
    writer.addExternal({ ...rest, file: dir, mode: 0o040755, identity: '8:1:1', sizeBytes: 0, parent: 1, name: 'ext' });
    writer.addExternal({
      ...rest,
      file,
      mode: 0o100644,
      identity: '8:1:2',
      sizeBytes: size,
      parent: dir,
      name: 'outside.txt',
    });
    writer.setBaseContent(file, [{ offset: 0, data: EXTERNAL_BYTES }]);
  }
}

const EXTERNAL_BYTES = Buffer.from('outside of the roots');

function baseTree(): NaiveTree {
  const tree = new NaiveTree();
  const add = (at: string, node: NaiveNode) => tree.paths.set(at, { ...node, mtimeNs: BASE_MTIME_NS });
  for (const dir of [CWD, `${CWD}/lib`, `${CWD}/lib/deep`, '/ext']) add(dir, naiveNode('dir', { mode: 0o755 }));
  for (const [at, entry] of Object.entries(BASE)) {
    if (typeof entry === 'string') add(`${CWD}/${at}`, naiveNode('file', { bytes: [...Buffer.from(entry)] }));
    else add(`${CWD}/${at}`, naiveNode('symlink', { mode: 0o777, target: entry.target }));
  }
  add(EXTERNAL, naiveNode('file', { bytes: [...EXTERNAL_BYTES] }));
  return tree;
}
