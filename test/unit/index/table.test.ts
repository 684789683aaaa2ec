import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/index/kv.js';
import { TableReader } from '../../../src/index/table-reader.js';
import { encodeTable } from '../../../src/index/table-writer.js';
import { collect, inMemory } from '../../support/random-access.js';

async function table(entries: readonly Entry[]): Promise<TableReader> {
  return new TableReader(inMemory(await collect(encodeTable(entries)), 'T'));
}

async function all(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

const text = (entry: Entry | undefined): string | undefined => entry && `${entry.key}=${entry.value.length}`;
const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((one) => Buffer.from(one));
/** Values of up to 20 kB, so that a few entries make several blocks. */
const sortedEntries = fc
  .uniqueArray(fc.tuple(bytes, fc.nat(20_000)), { selector: ([key]) => key.toString('hex'), maxLength: 40 })
  .map((pairs) =>
    pairs.sort(([a], [b]) => Buffer.compare(a, b)).map(([key, length]) => ({ key, value: Buffer.alloc(length, key) })),
  );

describe('table', () => {
  it('may be empty', async () => {
    const empty = await table([]);
    expect(empty.entries).toBe(0);
    expect(empty.get(Buffer.from('a'))).toBeUndefined();
    expect(await empty.floor(Buffer.from('a'), Buffer.from('z'))).toBeUndefined();
    expect(await all(empty.range(Buffer.from('a'), Buffer.from('z')))).toEqual([]);
    expect(await all(empty.all())).toEqual([]);
  });

  it('answers as a sorted list does', async () => {
    await fc.assert(
      fc.asyncProperty(sortedEntries, bytes, bytes, async (entries, a, b) => {
        const reader = await table(entries);
        const keys = [a, b, ...entries.slice(0, 5).map((entry) => entry.key)];
        for (const key of keys) expect(reader.get(key)).toEqual(entries.find((entry) => entry.key.equals(key))?.value);
        const [low, high] = Buffer.compare(a, b) <= 0 ? [a, b] : [b, a];
        const inside = entries.filter(({ key }) => Buffer.compare(key, low) >= 0);
        expect(text(await reader.floor(low, high))).toBe(
          text(inside.filter(({ key }) => Buffer.compare(key, high) <= 0).at(-1)),
        );
        expect((await all(reader.range(low, high))).map(text)).toEqual(
          inside.filter(({ key }) => Buffer.compare(key, high) < 0).map(text),
        );
        expect((await all(reader.all())).map(text)).toEqual(entries.map(text));
        expect(reader.entries).toBe(entries.length);
      }),
      { numRuns: 60 },
    );
  });

  it('holds an entry that is larger than a block', async () => {
    const value = Buffer.alloc(300_000, 'abc');
    const reader = await table([
      { key: Buffer.from('a'), value: Buffer.alloc(3) },
      { key: Buffer.from('b'), value },
      { key: Buffer.from('c'), value: Buffer.alloc(2) },
    ]);
    expect(reader.get(Buffer.from('b'))?.equals(value)).toBe(true);
    expect(reader.get(Buffer.from('c'))).toEqual(Buffer.alloc(2));
  });

  it('is never made of entries that do not ascend', async () => {
    const wrong = [Buffer.from('b'), Buffer.from('a')].map((key) => ({ key, value: key }));
    await expect(collect(encodeTable(wrong))).rejects.toThrow('the entries of a table ascend by key');
  });

  it('with any bit changed or any end missing gives the same, or names file and offset', async () => {
    const entries = Array.from({ length: 300 }, (_, i) => ({
      key: Buffer.from(String(i).padStart(4, '0')),
      value: Buffer.from(`value ${i * 7919}`.repeat(20 + (i % 7))),
    }));
    const intact = await collect(encodeTable(entries));
    const read = async (changed: Buffer): Promise<string[]> =>
      (await all(new TableReader(inMemory(changed, 'T')).all())).map((entry) => `${entry.key}${entry.value}`);
    const expected = await read(intact);
    let same = 0;
    for (let bit = 0; bit < intact.length * 8; bit += 3) {
      const changed = Buffer.from(intact);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      try {
        expect(await read(changed)).toEqual(expected);
        same += 1;
      } catch (error) {
        expect((error as Error).message).toMatch(/^T.*(offset \d+|has format version \d+)/);
        expect(error).toMatchObject({ name: 'DkError' });
      }
    }
    // Only the 4 unused bytes of the header say nothing.
    expect(same).toBeLessThanOrEqual(11);
    for (let length = 0; length < intact.length; length += 13) {
      await expect(read(intact.subarray(0, length))).rejects.toMatchObject({ code: 'damaged' });
    }
  });
});
