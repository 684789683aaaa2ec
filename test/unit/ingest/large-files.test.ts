import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../../src/ingest/event-body.js';
import { type CopiedRange, LargeFiles } from '../../../src/ingest/bytes/large-files.js';

const ID = '8:1:77';
const FILE = 20;

/** Ranges of 100 bytes; range i was copied at the i-th time. */
function copiedAt(...timesNs: number[]): CopiedRange[] {
  return timesNs.map((ns, i) => ({ offset: 100 * i, length: 100, hole: false, doneNs: BigInt(ns) }));
}

function known(copied: CopiedRange[], changes: [body: object, beganNs: number][]): [from: number, to: number][] {
  const large = new LargeFiles();
  large.add(ID, copied);
  for (const [body, ns] of changes) {
    const event = { file: FILE, path: '/f', ...body } as EventBody;
    large.event(event, BigInt(ns), (file) => (file === FILE ? ID : undefined));
  }
  return large.known(ID).map(({ offset, length }) => [offset, offset + length]);
}

const write = (offset: number, length: number) => ({ kind: 'file.write', offset, length });

describe('the copy of a very large file', () => {
  test('is known where nothing changed', () => {
    expect(known(copiedAt(10, 20), [])).toEqual([
      [0, 100],
      [100, 200],
    ]);
  });

  test('keeps what was copied before a write to it began, and only that', () => {
    const copied = copiedAt(10, 20, 30);
    expect(known(copied, [[write(50, 10), 11]])).toEqual([
      [0, 100],
      [100, 200],
      [200, 300],
    ]);
    expect(known(copied, [[write(150, 10), 15]])).toEqual([
      [0, 100],
      [100, 150],
      [160, 200],
      [200, 300],
    ]);
  });

  test('does not trust a range that was done at the very moment', () => {
    expect(known(copiedAt(10), [[write(0, 1), 10]])).toEqual([[1, 100]]);
  });

  test('a write across ranges takes those that were not copied yet', () => {
    expect(known(copiedAt(10, 20, 30), [[write(50, 200), 15]])).toEqual([
      [0, 100],
      [250, 300],
    ]);
  });

  test('a range that is copied after the write was handled is overtaken as well', () => {
    const copied = copiedAt(10);
    const large = new LargeFiles();
    large.add(ID, copied);
    large.change(ID, 150, 160, 15n);
    copied.push({ offset: 100, length: 100, hole: false, doneNs: 20n });
    expect(large.known(ID).map(({ offset, length }) => [offset, offset + length])).toEqual([
      [0, 100],
      [100, 150],
      [160, 200],
    ]);
  });

  test.each<[string, object, [number, number][]]>([
    ['a truncate takes everything behind it', { kind: 'file.truncate', sizeBytes: 130 }, [[100, 130]]],
    [
      'so does fallocate, which may move bytes',
      { kind: 'file.allocate', mode: 8, offset: 120, length: 1 },
      [[100, 120]],
    ],
    ['a copy into it is a write', { kind: 'file.copy', offset: 110, length: 90, from: 0, fromOffset: 0 }, [[100, 110]]],
    ['what a mapping left, too', { kind: 'file.sync', offset: 100, length: 50 }, [[150, 200]]],
    ['a gap may hide anything', { kind: 'gap', cause: '', lost: 0, offset: 0, length: 0 }, []],
    ['one about everything as well', { kind: 'gap', file: 0, cause: '', lost: 0, offset: 0, length: 0 }, []],
    ['other events change no bytes', { kind: 'meta.mode', mode: 0o600 }, [[100, 200]]],
    ['nor do events of other files', { ...write(100, 100), file: 21 }, [[100, 200]]],
  ])('%s', (_, body, second) => {
    expect(known(copiedAt(10, 20), [[body, 15]])).toEqual([[0, 100], ...second]);
  });

  test('many writes join', () => {
    const changes = Array.from({ length: 50 }, (_, i): [object, number] => [write(100 + 2 * ((i * 7) % 50), 2), 15]);
    expect(known(copiedAt(10, 20, 30), changes)).toEqual([
      [0, 100],
      [200, 300],
    ]);
  });
});
