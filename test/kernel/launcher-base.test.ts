import { execFileSync } from 'node:child_process';
import {
  type BigIntStats,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fromBytes, toBytes } from '../../src/events/byte-string.js';
import { NO_PARENT, NODE_FLAGS, type NodeRecord } from '../../src/journal/node-records.js';
import { kernelTest } from '../support/kernel.js';
import { LauncherBench } from '../support/launcher.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

/** What the manifest must say of a path. */
function expected(path: string) {
  const stat: BigIntStats = lstatSync(toBytes(path), { bigint: true });
  return {
    mode: Number(stat.mode),
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    ino: stat.ino,
    sizeBytes: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    btimeNs: stat.birthtimeNs,
    target: stat.isSymbolicLink() ? fromBytes(readlinkSync(toBytes(path), { encoding: 'buffer' })) : null,
  };
}

function pathOf(entries: NodeRecord[], index: number): string {
  const entry = entries[index] as NodeRecord;
  return entry.parent === NO_PARENT ? entry.name : join(pathOf(entries, entry.parent), entry.name);
}

/** Every path below `root`, itself included. */
function walk(root: string): string[] {
  const found = [root];
  for (const entry of readdirSync(toBytes(root), { withFileTypes: true, encoding: 'buffer' })) {
    const path = `${root}/${fromBytes(entry.name as unknown as Buffer)}`;
    found.push(...(entry.isDirectory() ? walk(path) : [path]));
  }
  return found;
}

function exampleTree(root: string): void {
  mkdirSync(join(root, 'a', 'deep', 'down'), { recursive: true });
  mkdirSync(join(root, 'b'));
  for (const name of ['z', 'Z', 'é', 'a/x', 'a/deep/y', 'b/one']) writeFileSync(join(root, name), `content of ${name}`);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0x41])]), 'odd');
  linkSync(join(root, 'z'), join(root, 'b', 'link'));
  symlinkSync('../b', join(root, 'a', 'symlink'));
  symlinkSync('nowhere', join(root, 'dangling'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
}

kernelTest('every entry is there, as lstat sees it', async () => {
  const b = new LauncherBench(temp());
  exampleTree(b.work);
  const paths = walk(b.work);
  const truth = new Map(paths.map((path) => [path, expected(path)]));
  const { messages } = await b.run(['true']);
  const entries = b.base();
  const found = new Map(entries.map((entry, i) => [pathOf(entries, i), entry]));
  expect([...found.keys()].sort()).toEqual([...paths].sort());
  for (const [path, stat] of truth) expect(found.get(path)).toMatchObject({ ...stat, kind: 'base', blob: 0 });
  expect(messages.find((message) => message.type === 'B')).toEqual({ type: 'B', entries: paths.length, truncated: 0 });
});

kernelTest('parents stand before their children; siblings are contiguous and sorted by bytes', async () => {
  const b = new LauncherBench(temp());
  exampleTree(b.work);
  await b.run(['true']);
  const entries = b.base();
  const runs: number[] = [];
  entries.forEach((entry, i) => {
    if (entry.parent === NO_PARENT) return;
    expect(entry.parent).toBeLessThan(i);
    const previous = entries[i - 1] as NodeRecord;
    if (previous.parent === entry.parent) expect(toBytes(previous.name).compare(toBytes(entry.name))).toBe(-1);
    else runs.push(entry.parent);
  });
  expect(new Set(runs).size).toBe(runs.length);
});

kernelTest('roots inside others are dropped, and so is what does not exist', async () => {
  const b = new LauncherBench(temp());
  const other = temp();
  exampleTree(b.work);
  const roots = [join(b.work, 'a'), b.work, other, `${b.work}/`, join(b.work, 'no-such')];
  await b.run(['true'], { plan: [`dir=${b.recording}`, ...roots.map((root) => `root=${root}`)] });
  const names = b.base().flatMap((entry) => (entry.parent === NO_PARENT ? [entry.name] : []));
  expect(names).toEqual([b.work, other].sort());
});

kernelTest('"." is the working directory', async () => {
  const b = new LauncherBench(temp());
  await b.run(['true'], { plan: [`dir=${b.recording}`, 'root=.'] });
  expect(b.base().map((entry) => entry.name)).toEqual([b.work]);
});

kernelTest('pseudo filesystems below a root are listed but not entered; other mounts are entered', async () => {
  const b = new LauncherBench(temp());
  for (const name of ['proc', 'tmpfs']) mkdirSync(join(b.work, name));
  const setUp = 'mount -t proc p proc && mount -t tmpfs t tmpfs && echo x > tmpfs/file && exec "$@"';
  await b.run(['true'], { through: ['unshare', '--mount', 'sh', '-c', setUp, 'sh'] });
  const entries = b.base();
  expect(entries.map((_, i) => pathOf(entries, i).slice(b.work.length))).toEqual([
    '',
    '/proc',
    '/tmpfs',
    '/tmpfs/file',
  ]);
  expect(entries[1]?.flags).toBe(NODE_FLAGS.notEntered);
});
