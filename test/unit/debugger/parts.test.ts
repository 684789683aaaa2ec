import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyBuckets } from '../../../src/debugger/density.js';
import { indexFrom } from '../../../src/debugger/ascending.js';
import { diffLines, hotRanges } from '../../../src/debugger/line-diff.js';
import { Latest } from '../../../src/debugger/latest.js';
import { PathFilter } from '../../../src/debugger/path-filter.js';
import { formatBytes, formatCount, formatTime } from '../../../src/debugger/quantities.js';

describe('line diff', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 });

  it('contains both texts in order, with their line numbers', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(before, after);
        const old = diff.filter((line) => line.sign !== '+');
        const now = diff.filter((line) => line.sign !== '-');
        expect(old.map((line) => line.text)).toEqual(before);
        expect(now.map((line) => line.text)).toEqual(after);
        expect(old.map((line) => line.oldNumber)).toEqual(before.map((_, i) => i + 1));
        expect(now.map((line) => line.newNumber)).toEqual(after.map((_, i) => i + 1));
      }),
    );
  });

  it('sets off what differs within a line, when enough is shared', () => {
    expect(hotRanges('let sum = 1;', 'let sum = 22;')).toEqual({
      before: { from: 10, to: 11 },
      after: { from: 10, to: 12 },
    });
    expect(hotRanges('completely', 'different')).toBeUndefined();
  });

  it('gives up on finding the smallest difference in time', () => {
    const many = (seed: number): string[] => Array.from({ length: 20_000 }, (_, i) => String((i * seed) % 9973));
    const startedMs = performance.now();
    const diff = diffLines(many(7), many(13));
    expect(diff.length).toBeGreaterThanOrEqual(20_000);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});

describe('path filter', () => {
  it.each([
    ['log', '/w/app.log', true],
    ['LOG', '/w/app.log', false],
    ['log', '/w/APP.LOG', true],
    ['src/a', '/w/src/a.ts', true],
    ['*.ts', '/w/src/a.ts', true],
    ['*.ts', '/w/src/a.tsx', false],
    ['src/*.ts', '/w/src/deep/a.ts', false],
    ['src/**/*.ts', '/w/src/deep/a.ts', true],
    ['a?c', '/w/abc', true],
    ['(', '/w/(1)', true],
    ['.', '/w/abc', false],
  ])('%s and %s: %s', (text, path, matches) => {
    expect(new PathFilter(text).matchesPath(path)).toBe(matches);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_234_567, '1.2 MB'],
    [999_999, '1.0 MB'],
    [123_456_789, '123 MB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0.000s'],
    [340_900_000, '0.340s'],
    [62_503_000_000, '1m02.503s'],
    [7_400_000_000_000, '2h03m20s'],
  ])('%i ns are %s', (tsNs, text) => expect(formatTime(tsNs)).toBe(text));

  it('groups thousands', () => {
    expect([1, 999, 1000, 1234567].map(formatCount)).toEqual(['1', '999', '1,000', '1,234,567']);
  });

  it('finds where a number would stand', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(60), (numbers, least) => {
        const sorted = [...new Set(numbers)].sort((a, b) => a - b);
        const found = sorted.findIndex((number) => number >= least);
        expect(indexFrom(sorted, least)).toBe(found === -1 ? sorted.length : found);
      }),
    );
  });
});

describe('density', () => {
  it('covers every event exactly once', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(300), (length, columns) => {
        const buckets = emptyBuckets(length, columns);
        expect(buckets).toHaveLength(Math.min(length, columns));
        const numbers = buckets.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
        if (columns > 0) expect(numbers).toEqual(Array.from({ length }, (_, i) => i + 1));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the newest request', () => {
  it('runs next; those between are never started', async () => {
    const started: number[] = [];
    const shown: number[] = [];
    let finish = (): void => {};
    const latest = new Latest<number, number>(
      async (request, publish) => {
        started.push(request);
        if (request === 1) await new Promise<void>((resolve) => (finish = resolve));
        publish(request);
      },
      (result) => void shown.push(result),
      (error) => {
        throw error;
      },
    );
    for (const request of [1, 2, 3, 4]) latest.request(request);
    finish();
    await latest.idle();
    expect([started, shown]).toEqual([
      [1, 4],
      [1, 4],
    ]);
  });
});
