/** The model against a real filesystem: the same operations on both, then proof, checkout and base content. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../../src/timeline/checkout.js';
import { compareProof } from '../../src/timeline/compare-proof.js';
import { liveFiles } from '../../src/timeline/live-files.js';
import { type TakenProof, takeProof } from '../../src/timeline/proof.js';
import { decodeProof, encodeProof } from '../../src/timeline/proof-codec.js';
import type { TreeState } from '../../src/timeline/state.js';
import type { Recording } from '../../src/timeline/types.js';
import { scanBase } from '../support/base-bytes.js';
import { type Scripted, scripted } from '../support/scripted.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const WHOLE_SECOND = 1_600_000_000;

/** A project on the disk, then operations that are done and recorded at the same time. */
async function recordOnDisk(): Promise<Scripted & { root: string }> {
  const root = newFolder();
  const at = (path: string) => join(root, path);
  mkdirSync(at('src'));
  writeFileSync(at('src/kept.txt'), 'kept as it was');
  writeFileSync(at('src/renamed.txt'), 'renamed, not changed');
  writeFileSync(at('src/changed.txt'), 'old bytes');
  writeFileSync(at('src/touched.txt'), 'only its mode changes');
  writeFileSync(at('gone.txt'), 'will be removed');
  writeFileSync(at('twin-a'), 'two names');
  linkSync(at('twin-a'), at('twin-b'));
  symlinkSync('src/kept.txt', at('link'));
  const manifest = scanBase(root);
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const recorded = await scripted({ cwd: root, manifest, owner, live: liveFiles }, ({ main }) => {
    renameSync(at('src/renamed.txt'), at('src/new-name.txt'));
    main.rename('src/renamed.txt', 'src/new-name.txt');
    writeFileSync(at('src/changed.txt'), 'new bytes, more of them');
    main.writeFile('src/changed.txt', 'new bytes, more of them');
    chmodSync(at('src/touched.txt'), 0o600);
    main.chmod('src/touched.txt', 0o600);
    unlinkSync(at('gone.txt'));
    main.unlink('gone.txt');
    mkdirSync(at('build'), 0o755);
    main.mkdir('build');
    writeFileSync(at('build/out.bin'), Buffer.alloc(100_000, 7), { mode: 0o644 });
    main.writeFile('build/out.bin', Buffer.alloc(100_000, 7));
    const fd = openSync(at('build/sparse'), 'w', 0o644);
    ftruncateSync(fd, 1 << 20);
    writeSync(fd, 'end', 1 << 20);
    closeSync(fd);
    main.create('build/sparse');
    main.truncate('build/sparse', 1 << 20);
    main.write('build/sparse', 'end', 1 << 20);
    linkSync(at('build/out.bin'), at('out.link'));
    main.link('build/out.bin', 'out.link');
    unlinkSync(at('twin-b'));
    main.unlink('twin-b');
    symlinkSync('../nowhere', at('build/dangling'));
    main.symlink('../nowhere', 'build/dangling');
    execFileSync('mkfifo', ['-m', '640', at('build/pipe')]);
    main.mknod('build/pipe', 0o010640);
    writeFileSync(at('dated'), 'x', { mode: 0o644 });
    main.writeFile('dated', 'x');
    utimesSync(at('dated'), WHOLE_SECOND, WHOLE_SECOND);
    main.utimes('dated', BigInt(WHOLE_SECOND) * 1_000_000_000n);
    mkdirSync(at('temporary'));
    main.mkdir('temporary');
    rmdirSync(at('temporary'));
    main.rmdir('temporary');
    main.output('done\n');
  });
  expect(recorded.problems).toEqual([]);
  return { ...recorded, root };
}

async function prove(recording: Recording): Promise<TakenProof> {
  const proof = takeProof((await recording.state(recording.length)) as TreeState);
  const decoded = decodeProof(encodeProof(proof));
  expect({ ...decoded, entries: [...decoded.entries] }).toEqual(proof);
  return proof;
}

test('the end state equals the disk, path by path', async () => {
  const { recording } = await recordOnDisk();
  const proof = await prove(recording);
  expect(await compareProof(recording, proof)).toEqual({ ok: true, paths: 15, differences: [], xattrsCompared: false });
});

test('each kind of difference is found and named', async () => {
  const { recording, root } = await recordOnDisk();
  const at = (path: string) => join(root, path);
  writeFileSync(at('src/changed.txt'), 'new bytes, more of THEM');
  writeFileSync(at('gone.txt'), 'back again');
  chmodSync(at('build'), 0o700);
  unlinkSync(at('build/dangling'));
  symlinkSync('../elsewhere', at('build/dangling'));
  unlinkSync(at('build/pipe'));
  unlinkSync(at('build/sparse'));
  mkdirSync(at('build/sparse'));
  unlinkSync(at('out.link'));
  writeFileSync(at('out.link'), Buffer.alloc(100_000, 7));
  utimesSync(at('dated'), WHOLE_SECOND + 1, WHOLE_SECOND + 1);
  const { ok, differences } = await compareProof(recording, await prove(recording));
  expect(ok).toBe(false);
  expect(differences.find(({ what }) => what === 'bytes')?.offset).toBe('new bytes, more of '.length);
  const found = differences.map(({ path, what }) => `${path.slice(root.length + 1)} ${what}`).sort();
  expect(found).toEqual([
    'build mode',
    'build/dangling target',
    'build/out.bin links',
    'build/pipe missing',
    'build/sparse type',
    'dated mtime',
    'gone.txt unexpected',
    'out.link links',
    'out.link links',
    'src/changed.txt bytes',
  ]);
});

test('base content that was not saved comes from the live file while that is unchanged', async () => {
  const recorded = await recordOnDisk();
  const { recording, root } = recorded;
  const text = async (seq: number, path: string): Promise<string | null> => {
    const state = await recording.state(seq);
    const content = recording.content(state, state.lookup(join(root, path))?.file ?? 0);
    return (await content.known()) ? (await content.all()).toString() : null;
  };
  expect(await text(0, 'src/kept.txt')).toBe('kept as it was');
  expect(await text(0, 'src/changed.txt')).toBe(null);
  // The rename and the chmod moved their change times, and no proof says that this was all.
  expect(await text(0, 'src/renamed.txt')).toBe(null);
  const index = recorded.index as unknown as { putMeta(name: string, bytes: Uint8Array): void };
  index.putMeta('proof', encodeProof(await prove(recording)));
  const { openRecording } = await import('../../src/timeline/recording.js');
  const { info, blobs, base } = recorded;
  const proven = await openRecording({ info, index: recorded.index, blobs, base, live: liveFiles });
  const state = await proven.state(0);
  const read = async (path: string) =>
    (await proven.content(state, state.lookup(join(root, path))?.file ?? 0).all()).toString();
  expect(await read('src/renamed.txt')).toBe('renamed, not changed');
  expect(await read('src/touched.txt')).toBe('only its mode changes');
  writeFileSync(join(root, 'src/new-name.txt'), 'RENAMED, NOT CHANGED');
  await expect(read('src/renamed.txt')).rejects.toMatchObject({ code: 'unknown-bytes' });
});

/** Everything that can be seen of a tree. */
function look(root: string, below = ''): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  for (const name of readdirSync(join(root, below)).sort()) {
    const path = join(below, name);
    const stat = lstatSync(join(root, path));
    const { mode, uid, gid, nlink, size } = stat;
    const facts = stat.isDirectory() ? { mode, uid, gid } : { mode, uid, gid, nlink, size };
    if (stat.isSymbolicLink()) seen[path] = { ...facts, target: readlinkSync(join(root, path)) };
    else if (stat.isFile()) seen[path] = { ...facts, bytes: readFileSync(join(root, path)).toString('base64') };
    else seen[path] = facts;
    if (stat.isDirectory()) Object.assign(seen, look(root, path));
  }
  return seen;
}

test('a checkout of the end is the tree that stands there', async () => {
  const { recording, root } = await recordOnDisk();
  const index = recording as unknown as { index: { putMeta(name: string, bytes: Uint8Array): void } };
  index.index.putMeta('proof', encodeProof(await prove(recording)));
  const folder = join(newFolder(), 'out');
  const result = await checkout(recording, await recording.state(recording.length), folder);
  expect(result).toEqual({ entries: 14, leftOut: [], notices: [] });
  expect(look(folder)).toEqual(look(root));
  expect(statSync(join(folder, 'dated')).mtimeMs).toBe(WHOLE_SECOND * 1000);
  expect(statSync(join(folder, 'build/sparse')).blocks * 512).toBeLessThan(1 << 20);
});

test('a checkout leaves out what it does not know, and takes only the paths that are asked for', async () => {
  const { recording } = await recordOnDisk();
  const folder = join(newFolder(), 'out');
  const start = await recording.state(0);
  const result = await checkout(recording, start, folder, { paths: ['src'] });
  expect(result.leftOut.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).sort()).toEqual([
    'changed.txt',
    'renamed.txt',
    'touched.txt',
  ]);
  expect(Object.keys(look(folder))).toEqual(['src', 'src/kept.txt']);
  await expect(checkout(recording, start, folder)).rejects.toMatchObject({ code: 'usage' });
  const forced = await checkout(recording, start, folder, { force: true, paths: ['link', 'src/kept.txt'] });
  expect(forced.leftOut).toEqual([]);
  expect(Object.keys(look(folder))).toEqual(['link', 'src', 'src/kept.txt']);
});

test('--all lays what was touched, wherever it stood, under its absolute path', async () => {
  const { recording, root } = await recordOnDisk();
  const folder = join(newFolder(), 'out');
  const end = await recording.state(recording.length);
  await checkout(recording, end, folder, { all: true });
  expect(existsSync(join(folder, root, 'build/out.bin'))).toBe(true);
  expect(existsSync(join(folder, root, 'src/kept.txt'))).toBe(false);
});
