/** Recordings that a stranger made: nothing they say may reach outside the folder that the user chose. */
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DkEvent } from '../../src/events/event.js';
import { checkout } from '../../src/timeline/checkout.js';
import { encodeKeyframe } from '../../src/timeline/keyframe-codec.js';
import { openRecording } from '../../src/timeline/recording.js';
import type { TreeState } from '../../src/timeline/state.js';
import { MemoryIndex } from '../support/memory-index.js';
import { scripted } from '../support/scripted.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const COMMON = { tsNs: 1, durNs: 1, pid: 1, tid: 1, comm: 'x', proc: 1 };
const OWNER = { mode: 0o100644, uid: 0, gid: 0 };

/** A recording of events as they are, however impossible. */
async function forged(events: readonly object[]) {
  const { info, base, blobs } = await scripted({}, () => undefined);
  const index = new MemoryIndex();
  events.forEach((event, at) => {
    index.append({ ...COMMON, ...event, seq: at + 1 } as DkEvent);
  });
  return openRecording({ info, index, blobs, base });
}

test('names that are no names are left out', async () => {
  const app = '/work/app';
  const names = ['..', '.', 'nul\0byte'];
  const recording = await forged([
    ...names.map((name, at) => ({ kind: 'file.create', file: 100 + at, path: `${app}/${name}`, ...OWNER })),
    { kind: 'file.create', file: 200, path: `${app}/good`, ...OWNER },
  ]);
  const parent = newFolder();
  const folder = join(parent, 'out');
  const result = await checkout(recording, await recording.state(recording.length), folder);
  expect(readdirSync(folder)).toEqual(['good']);
  expect(readdirSync(parent)).toEqual(['out']);
  expect(result.leftOut.map(({ path }) => path)).toEqual(['/work/app/nul\0byte']);
});

test('a keyframe cannot bring in a name with a slash', async () => {
  const { recording, info, base, blobs } = await scripted(
    {},
    ({ main }) => void main.writeFile('XXXXXXXXXXXX', 'evil'),
  );
  const state = (await recording.state(recording.length)) as TreeState;
  const start = (await recording.state(0)) as TreeState;
  const bytes = Buffer.from(encodeKeyframe(start, state));
  const { crc32 } = await import('node:zlib');
  Buffer.from('../../src/cli/output/escape.js').copy(bytes, bytes.indexOf('XXXXXXXXXXXX'));
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  const index = new MemoryIndex();
  for (let seq = 1; seq <= 2000; seq++)
    index.append({ ...COMMON, seq, kind: 'sync.all', file: 0, path: '' } as DkEvent);
  index.putKeyframe(2, bytes);
  const opened = await openRecording({ info, index, blobs, base });
  await expect(opened.state(2000)).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining('a name is not one that a file can have'),
  });
});

test('a symbolic link that the recording makes is never walked through', async () => {
  const outside = newFolder();
  const recording = await forged([
    { kind: 'symlink.create', file: 100, path: '/work/app/dir', ...OWNER, mode: 0o120777, target: outside },
    // The model would put this into the link's target; a file system could not hold it elsewhere.
    { kind: 'file.create', file: 101, path: '/work/app/dir/evil', ...OWNER },
    { kind: 'dir.create', file: 102, path: '/work/app/real', ...OWNER, mode: 0o040755 },
    { kind: 'file.create', file: 103, path: '/work/app/real/file', ...OWNER },
  ]);
  const folder = join(newFolder(), 'out');
  await checkout(recording, await recording.state(recording.length), folder);
  expect(readlinkSync(join(folder, 'dir'))).toBe(outside);
  expect(readdirSync(outside)).toEqual([]);
  expect(existsSync(join(folder, 'real/file'))).toBe(true);
});

test('with --force, links that stand in the folder are replaced, not followed', async () => {
  const outside = newFolder();
  writeFileSync(join(outside, 'victim'), 'untouched');
  const { recording } = await scripted({}, ({ main }) => {
    main.mkdir('dir');
    main.writeFile('dir/victim', 'overwritten');
    main.writeFile('file', 'new');
  });
  const folder = newFolder();
  symlinkSync(outside, join(folder, 'dir'));
  symlinkSync(join(outside, 'victim'), join(folder, 'file'));
  await checkout(recording, await recording.state(recording.length), folder, { force: true });
  expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
  expect(readFileSync(join(folder, 'dir/victim'), 'utf8')).toBe('overwritten');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
});

test('a foreign recording brings no set-id bits and no devices', async () => {
  const { recording } = await scripted({}, ({ main }) => {
    main.writeFile('tool', '#!/bin/sh\n');
    main.chmod('tool', 0o4755);
    main.mknod('null', 0o020666, 0x103);
  });
  const folder = join(newFolder(), 'out');
  const result = await checkout(recording, await recording.state(recording.length), folder, { foreign: true });
  expect(readdirSync(folder)).toEqual(['tool']);
  expect(result.leftOut).toEqual([{ path: '/work/app/null', reason: 'It is a device node of a foreign recording.' }]);
  expect(result.notices).toContain('Set-id bits of a foreign recording were dropped; --privileged-nodes keeps them.');
  expect(result.notices).toContain('Device nodes of a foreign recording are left out; --privileged-nodes makes them.');
});

test('ids and ranges that no recording has are left out', async () => {
  const app = '/work/app';
  const recording = await forged([
    { kind: 'dir.create', file: 101, path: `${app}/a`, ...OWNER, mode: 0o040755 },
    { kind: 'file.write', file: 5, path: `${app}/a`, offset: 2 ** 53, length: 2 ** 53, data: { stream: 3, off: 0 } },
    { kind: 'file.create', file: 2 ** 40, path: `${app}/huge-id`, ...OWNER },
    { kind: 'file.create', file: -3, path: `${app}/negative-id`, ...OWNER },
    { kind: 'file.create', file: 101, path: `${app}/twice`, ...OWNER },
  ]);
  const state = await recording.state(recording.length);
  expect([...state.children(state.lookup(app)?.file ?? 0)].map(({ name }) => name)).toEqual(['a']);
});

const DIR = { ...OWNER, mode: 0o040755 };
const TWO_DIRS = [
  { kind: 'dir.create', file: 100, path: '/work/app/a', ...DIR },
  { kind: 'dir.create', file: 101, path: '/work/app/a/b', ...DIR },
];

test.each([
  ['rename', { kind: 'path.rename', file: 100, path: '/work/app/a', newPath: '/work/app/a/b/c', replaced: 0 }],
  ['link', { kind: 'link.create', file: 100, path: '/work/app/a', newPath: '/work/app/a/b/c' }],
  ['exchange', { kind: 'path.exchange', file: 100, path: '/work/app/a', newPath: '/work/app/a/b', other: 101 }],
])('a %s that would put a directory below itself is damage that names the event', async (_what, event) => {
  const recording = await forged([...TWO_DIRS, event]);
  await recording.state(2);
  await expect(recording.state(3)).rejects.toMatchObject({
    code: 'damaged',
    message: 'Event 3 is damaged: directory 100 cannot stand below itself.',
  });
});

test('a file with two names that becomes a directory is damage', async () => {
  const truth = { ...DIR, rdev: 0, sizeBytes: 0, target: null, mtimeNs: 0n, xattrs: {} };
  const recording = await forged([
    ...TWO_DIRS,
    { kind: 'file.create', file: 102, path: '/work/app/f', ...OWNER },
    { kind: 'link.create', file: 102, path: '/work/app/f', newPath: '/work/app/a/b/g' },
    { kind: 'resync', file: 102, path: '', truth, data: null },
  ]);
  await expect(recording.state(5)).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringMatching(/^Event 5 /),
  });
});

test.each([0, 1, 7, 2047, 2048, 4999])(
  'an event block that is missing from %i on is noticed by whatever needs it',
  async (last) => {
    const index = new MemoryIndex();
    for (let seq = 1; seq <= 5000; seq++) {
      if (seq > last && seq <= last + 1) continue;
      index.append({ ...COMMON, seq, kind: 'sync.all', file: 0, path: '' } as DkEvent);
    }
    index.length = async () => 5000;
    const { info, base, blobs } = await scripted({}, () => undefined);
    const recording = await openRecording({ info, index, blobs, base });
    await expect(recording.state(5000)).rejects.toMatchObject({
      code: 'damaged',
      message: `Event ${last + 1} is missing from the index.`,
    });
  },
);

test('copies of copies of copies stay finite, and a file larger than the disk is left out', async () => {
  const { recording } = await scripted({}, ({ main }) => {
    main.create('bomb');
    for (let at = 0; at < 64; at++) main.write('bomb', 'x', at * 2);
    for (let turn = 0; turn < 40; turn++) main.copy('bomb', 0, 'bomb', 127 * 2 ** turn, 127 * 2 ** turn);
  });
  const end = await recording.state(recording.length);
  const node = end.lookup('/work/app/bomb');
  expect(node?.sizeBytes).toBe(127 * 2 ** 40);
  let extents = 0;
  for (const _ of node?.extents() ?? []) extents++;
  expect(extents).toBeLessThan(2 ** 21);
  const early = await recording.state(1 + 64 + 12);
  const content = recording.content(early, early.lookup('/work/app/bomb')?.file ?? 0);
  expect((await content.read(127 * 2 ** 11, 5)).bytes.toString()).toBe('x\0x\0x');
  const folder = join(newFolder(), 'out');
  const { leftOut } = await checkout(recording, end, folder);
  expect(leftOut.map(({ path }) => path)).toEqual(['/work/app/bomb']);
  expect(readdirSync(folder)).toEqual([]);
});
