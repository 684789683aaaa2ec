import { expect, test } from 'vitest';
import { parentOfKeyframe } from '../../../src/timeline/keyframe-codec.js';
import type { EventQuery, Recording } from '../../../src/timeline/types.js';
import { demoRecording } from '../../support/demo-recording.js';
import { scripted } from '../../support/scripted.js';

async function seqs(recording: Recording, query: EventQuery): Promise<number[]> {
  const found: number[] = [];
  for await (const event of recording.events(query)) found.push(event.seq);
  return found;
}

test('events by range, order, kind, process, path and number', async () => {
  const { recording, problems } = await scripted({ base: { 'a.txt': 'a', 'src/x.ts': 'x' } }, ({ main }) => {
    main.exec('npm', 'test'); // 1
    main.writeFile('src/x.ts', 'new'); // 2 3
    const child = main.fork(2000); // 4
    child.writeFile('a.txt', 'other'); // 5 6
    child.output('hello'); // 7
    main.mkdir('deep'); // 8
    child.writeFile('deep/[id].tsx', 'page'); // 9 10
    child.rename('a.txt', 'deep/b.txt'); // 11
    main.chmod('src/x.ts', 0o600); // 12
  });
  expect(problems).toEqual([]);
  expect(await seqs(recording, {})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(await seqs(recording, { from: 3, to: 6, reverse: true })).toEqual([6, 5, 4, 3]);
  expect(await seqs(recording, { from: -5, to: 99, limit: 2 })).toEqual([1, 2]);
  expect(await seqs(recording, { changesOnly: true })).toEqual([2, 3, 5, 6, 8, 9, 10, 11, 12]);
  expect(await seqs(recording, { kinds: new Set(['file.write', 'path.rename']) })).toEqual([3, 6, 10, 11]);
  expect(await seqs(recording, { pid: 2000 })).toEqual([5, 6, 7, 9, 10, 11]);
  expect(await seqs(recording, { paths: ['/work/app/src'] })).toEqual([2, 3, 12]);
  expect(await seqs(recording, { paths: ['src/*.ts'] })).toEqual([2, 3, 12]);
  expect(await seqs(recording, { paths: ['*.txt'] })).toEqual([5, 6, 11]);
  expect(await seqs(recording, { paths: ['deep/b.txt', 'nothing'] })).toEqual([11]);
  expect(await seqs(recording, { paths: ['deep/[id].tsx'] })).toEqual([9, 10]);
  expect(await seqs(recording, { paths: ['./a.txt', '../app/src/x.ts'], kinds: new Set(['meta.mode']) })).toEqual([12]);
  const file = (await recording.state(0)).lookup('/work/app/a.txt')?.file;
  expect(await seqs(recording, { file })).toEqual([5, 6, 11]);
  expect(await seqs(recording, { file, reverse: true, limit: 1 })).toEqual([11]);
  expect((await recording.next(6, { file }))?.seq).toBe(11);
  expect((await recording.previous(6, { file }))?.seq).toBe(5);
  expect((await recording.previous(2, { changesOnly: true }))?.seq).toBe(undefined);
  expect((await recording.next(12, {}))?.seq).toBe(undefined);
  await expect(recording.event(0)).rejects.toMatchObject({ code: 'not-found' });
  await expect(recording.event(13)).rejects.toMatchObject({ code: 'not-found' });
  await expect(recording.state(13)).rejects.toMatchObject({ code: 'not-found' });
});

test('a script that names what does not exist fails at once', async () => {
  const script = scripted({}, ({ main }) => void main.write('nothing', 'x'));
  await expect(script).rejects.toThrow('the script names nothing, which does not exist');
});

test('the payload of an event is its bytes, as many as are asked for', async () => {
  const { recording } = await scripted({}, ({ main }) => {
    main.writeFile('f', 'twelve bytes');
    main.output('to the terminal', 2);
    main.chmod('f', 0o600);
    main.resync('f', 'the truth');
  });
  const payload = async (seq: number, limit?: number) =>
    (await recording.payload(await recording.event(seq), limit)).toString();
  expect(await payload(2)).toBe('twelve bytes');
  expect(await payload(2, 6)).toBe('twelve');
  expect(await payload(3)).toBe('to the terminal');
  expect(await payload(4)).toBe('');
  expect(await payload(5)).toBe('the truth');
});

test('time is found by the last event at or before it', async () => {
  const { recording } = await scripted({}, ({ main }) => {
    for (let at = 0; at < 100; at++) main.create(`f${at}`);
  });
  const at = [0, 999_999, 1_000_000, 50_400_000, 100_000_000, 10 ** 12].map((ns) => recording.seqAtTime(ns));
  expect(await Promise.all(at)).toEqual([0, 0, 1, 50, 100, 100]);
});

test('a difference between states is told by paths, with renames by file', async () => {
  const { recording } = await scripted(
    { base: { 'lib/one': '1', 'lib/two': '2', config: 'old', 'old/deep/leaf': 'leaf', type: 'file' } },
    ({ main }) => {
      main.mkdir('new'); // 1
      main.rename('old', 'new/place'); // 2
      main.writeFile('config.tmp', 'fresh'); // 3 4
      main.rename('config.tmp', 'config'); // 5
      main.chmod('lib/one', 0o600); // 6
      main.unlink('lib/two'); // 7
      main.unlink('type'); // 8
      main.mkdir('type'); // 9
      main.writeFile('temporary', 'x'); // 10 11
      main.unlink('temporary'); // 12
    },
  );
  const diff = async (a: number, b: number, paths?: string[]) =>
    (await recording.diff(await recording.state(a), await recording.state(b), paths)).map(
      ({ change, path, oldPath }) =>
        `${change} ${path.slice('/work/app/'.length)}${oldPath === path ? '' : ` < ${oldPath.slice('/work/app/'.length)}`}`,
    );
  expect(await diff(0, 12)).toEqual([
    'modified config',
    'modified lib/one',
    'deleted lib/two',
    'added new',
    'renamed new/place < old',
    'renamed new/place/deep < old/deep',
    'renamed new/place/deep/leaf < old/deep/leaf',
    'type type',
  ]);
  expect(await diff(4, 5)).toEqual(['modified config', 'deleted config.tmp']);
  expect(await diff(12, 0, ['lib'])).toEqual(['modified lib/one', 'added lib/two']);
  expect(await diff(11, 11)).toEqual([]);
  expect(await diff(9, 12)).toEqual([]);
});

test('after a gap nothing is presented as known, and a resync ends it', async () => {
  const { recording } = await scripted({ base: { a: 'aaaa', b: 'bbbb' } }, ({ main }) => {
    main.write('a', 'A', 1); // 1
    main.gap('a', { offset: 2, length: 1 }); // 2
    main.gap(''); // 3
    main.write('a', 'Z', 3); // 4
    main.resync('b', 'new b'); // 5
  });
  const read = async (seq: number, path: string) => {
    const state = await recording.state(seq);
    const content = recording.content(state, state.lookup(`/work/app/${path}`)?.file ?? 0);
    const { bytes, unknown } = await content.read(0, 10);
    for (const { offset, length } of unknown) bytes.fill('?', offset, offset + length);
    return bytes.toString();
  };
  expect(await read(1, 'a')).toBe('aAaa');
  expect(await read(2, 'a')).toBe('aA?a');
  expect(await read(3, 'a')).toBe('????');
  expect(await read(3, 'b')).toBe('????');
  expect(await read(4, 'a')).toBe('???Z');
  expect(await read(5, 'b')).toBe('new b');
  expect((await recording.state(2)).uncertain).toBe(false);
  expect((await recording.state(5)).uncertain).toBe(true);
  const state = await recording.state(3);
  const content = recording.content(state, state.lookup('/work/app/a')?.file ?? 0);
  await expect(content.all()).rejects.toMatchObject({ code: 'unknown-bytes' });
  expect(await content.known()).toBe(false);
});

test('reading a range of a large file takes only that range', async () => {
  const { recording } = await scripted({}, ({ main }) => {
    main.create('big');
    for (let at = 0; at < 64; at++) main.append('big', Buffer.alloc(65_536, at));
    main.truncate('big', 2 ** 40);
  });
  const state = await recording.state(recording.length);
  const content = recording.content(state, state.lookup('/work/app/big')?.file ?? 0);
  expect(content.sizeBytes).toBe(2 ** 40);
  expect((await content.read(65_535, 2)).bytes).toEqual(Buffer.from([0, 1]));
  expect((await content.read(2 ** 39, 4)).bytes).toEqual(Buffer.alloc(4));
  expect((await content.read(2 ** 40 - 1, 10)).bytes.length).toBe(1);
  await expect(content.all()).rejects.toMatchObject({ code: 'usage' });
  expect(await content.known()).toBe(true);
});

test('a damaged keyframe is named, not used', async () => {
  const { recording, index } = await demoRecording();
  const bytes = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(() => parentOfKeyframe(bytes)).toThrow(expect.objectContaining({ code: 'damaged' }));
  expect(recording.length).toBeGreaterThan(0);
  expect(await index.keyframe(1)).toBe(undefined);
});
