/** What every index must do, whatever it stands on. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DkEvent, ProcessInfo } from '../../src/events/event.js';
import type { IndexReader, IndexWriter } from '../../src/index/types.js';
import { eventsFrom } from '../support/arbitrary-events.js';

/** Fills an index and opens it for reading. */
export type MakeIndex = (fill: (writer: IndexWriter) => void) => Promise<IndexReader>;

const EVENTS = 5000;
const HASH = 'ab'.repeat(32);

function write(seq: number, file: number): DkEvent {
  return {
    seq,
    tsNs: seq * 1000,
    durNs: 10,
    pid: 9,
    tid: 9,
    comm: 'sh',
    proc: 1,
    file,
    path: `/f${file}`,
    kind: 'file.write',
    offset: 0,
    length: 10,
    data: { stream: 2 * file + 1, off: 0 },
  };
}

async function numbers(events: AsyncIterable<DkEvent>): Promise<number[]> {
  const seqs: number[] = [];
  for await (const event of events) seqs.push(event.seq);
  return seqs;
}

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

export function indexReaderContract(name: string, make: MakeIndex): void {
  describe(`index on ${name}`, () => {
    const opened: IndexReader[] = [];
    const open: MakeIndex = async (fill) => {
      const index = await make(fill);
      opened.push(index);
      return index;
    };
    afterEach(async () => {
      for (const index of opened.splice(0)) await index.close();
    });

    /** File 17 is touched by every third event, file 16 by the others. */
    const threeBlocks = (): Promise<IndexReader> =>
      open((writer) => {
        for (const seq of span(1, EVENTS)) writer.append(write(seq, seq % 3 === 0 ? 17 : 16));
      });

    it('is empty before the first event', async () => {
      const index = await open(() => {});
      expect(await index.length()).toBe(0);
      expect(await index.event(1)).toBeUndefined();
      expect(await numbers(index.events(1, 10))).toEqual([]);
      expect(await numbers(index.events(1, 10, { reverse: true }))).toEqual([]);
      expect(await index.history(16)).toEqual([]);
      expect(await index.processes()).toEqual([]);
      expect(await index.keyframe(5)).toBeUndefined();
    });

    it('gives any event by number', async () => {
      const index = await threeBlocks();
      expect(await index.length()).toBe(EVENTS);
      for (const seq of [1, 2048, 2049, 4096, 4097, EVENTS]) {
        expect(await index.event(seq)).toStrictEqual(write(seq, seq % 3 === 0 ? 17 : 16));
      }
      for (const seq of [0, -1, EVENTS + 1, 1.5, Number.NaN]) expect(await index.event(seq)).toBeUndefined();
    });

    it('gives ranges in both directions, over block borders and past the ends', async () => {
      const index = await threeBlocks();
      expect(await numbers(index.events(2040, 2060))).toEqual(span(2040, 2060));
      expect(await numbers(index.events(2040, 2060, { reverse: true }))).toEqual(span(2040, 2060).reverse());
      expect(await numbers(index.events(-5, 3))).toEqual([1, 2, 3]);
      expect(await numbers(index.events(EVENTS - 1, EVENTS + 9))).toEqual([EVENTS - 1, EVENTS]);
      expect(await numbers(index.events(EVENTS - 1, EVENTS + 9, { reverse: true }))).toEqual([EVENTS, EVENTS - 1]);
      expect(await numbers(index.events(0, 2, { reverse: true }))).toEqual([2, 1]);
      expect(await numbers(index.events(7, 6))).toEqual([]);
      expect(await numbers(index.events(1, EVENTS))).toEqual(span(1, EVENTS));
    });

    it('lists the events of one file, across blocks', async () => {
      const index = await threeBlocks();
      expect(await index.history(17)).toEqual(span(1, EVENTS).filter((seq) => seq % 3 === 0));
      expect(await index.history(18)).toEqual([]);
    });

    it('lists a rename under the file it replaced, and an exchange under both', async () => {
      const common = { tsNs: 0, durNs: 0, pid: 1, tid: 1, comm: '', proc: 0, file: 20, path: '/a' };
      const index = await open((writer) => {
        writer.append({ ...common, seq: 1, kind: 'path.rename', newPath: '/b', replaced: 21 });
        writer.append({ ...common, seq: 2, kind: 'path.exchange', newPath: '/b', other: 22 });
        writer.append({ ...common, seq: 3, kind: 'path.rename', newPath: '/b', replaced: 0 });
      });
      expect(await index.history(20)).toEqual([1, 2, 3]);
      expect(await index.history(21)).toEqual([1]);
      expect(await index.history(22)).toEqual([2]);
      expect(await index.history(0)).toEqual([]);
    });

    it('finds the pieces that overlap a range of a stream', async () => {
      const index = await open((writer) => {
        for (const [off, length] of [
          [0, 100],
          [100, 50],
          [200, 10],
        ] as const) {
          writer.putPiece(33, { off, length, sha256: HASH, blobOff: off });
        }
        writer.putPiece(34, { off: Number.MAX_SAFE_INTEGER - 5, length: 5, sha256: HASH, blobOff: 1 });
      });
      const offsets = async (off: number, length: number): Promise<number[]> =>
        (await index.stream(33, off, length)).map((piece) => piece.off);
      expect(await offsets(0, 1)).toEqual([0]);
      expect(await offsets(99, 2)).toEqual([0, 100]);
      expect(await offsets(150, 50)).toEqual([]);
      expect(await offsets(150, 51)).toEqual([200]);
      expect(await offsets(0, Number.MAX_SAFE_INTEGER)).toEqual([0, 100, 200]);
      expect(await offsets(5, 0)).toEqual([]);
      expect(await index.stream(32, 0, 1000)).toEqual([]);
      expect(await index.stream(34, Number.MAX_SAFE_INTEGER - 3, 1)).toEqual([
        { off: Number.MAX_SAFE_INTEGER - 5, length: 5, sha256: HASH, blobOff: 1 },
      ]);
      expect(await index.streamLength(33)).toBe(210);
      expect(await index.streamLength(34)).toBe(Number.MAX_SAFE_INTEGER);
      expect(await index.streamLength(35)).toBe(0);
    });

    it('finds the newest keyframe at or before an event', async () => {
      const index = await open((writer) => {
        writer.putKeyframe(100, Buffer.from('hundred'));
        writer.putKeyframe(20, Buffer.alloc(100_000, 7));
      });
      expect(await index.keyframe(19)).toBeUndefined();
      expect(await index.keyframe(20)).toEqual({ seq: 20, bytes: Buffer.alloc(100_000, 7) });
      expect((await index.keyframe(99))?.seq).toBe(20);
      expect(await index.keyframe(100)).toEqual({ seq: 100, bytes: Buffer.from('hundred') });
      expect((await index.keyframe(1e9))?.seq).toBe(100);
    });

    it('keeps the last word on each process', async () => {
      const first: ProcessInfo = {
        proc: 1,
        pid: 40,
        parent: 0,
        argv: ['sh', '-c', '\udcff'],
        exe: '/bin/sh',
        cwd: '/w',
        firstSeq: 1,
        lastSeq: 0,
      };
      const index = await open((writer) => {
        writer.putProcess({ ...first, proc: 300, parent: 1 });
        writer.putProcess(first);
        writer.putProcess({ ...first, lastSeq: 9 });
      });
      expect(await index.processes()).toStrictEqual([
        { ...first, lastSeq: 9 },
        { ...first, proc: 300, parent: 1 },
      ]);
    });

    it('keeps named values', async () => {
      const index = await open((writer) => {
        writer.putMeta('proof', Buffer.from('one'));
        writer.putMeta('proof', Buffer.from('two'));
        writer.putMeta('externals', Buffer.alloc(0));
      });
      expect(await index.meta('proof')).toEqual(Buffer.from('two'));
      expect(await index.meta('externals')).toEqual(Buffer.alloc(0));
      expect(await index.meta('other')).toBeUndefined();
    });

    it('gives back any events exactly', async () => {
      await fc.assert(
        fc.asyncProperty(eventsFrom(1, 30), async (events) => {
          const index = await make((writer) => {
            for (const event of events) writer.append(event);
          });
          const read: DkEvent[] = [];
          for await (const event of index.events(1, events.length)) read.push(event);
          await index.close();
          expect(read).toStrictEqual(events);
        }),
        { numRuns: 15 },
      );
    });
  });
}
