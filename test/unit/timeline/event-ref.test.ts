import { describe, expect, it } from 'vitest';
import { parseEventRef, readEventRef } from '../../../src/timeline/event-ref.js';

const context = {
  length: 200,
  seqAtTime: (tsNs: number) => Math.floor(tsNs / 1e8),
  marks: [{ name: 'red', seq: 77 }],
};

describe('event references', () => {
  it.each([
    ['120', 120],
    ['#120', 120],
    ['0', 0],
    ['start', 0],
    ['end', 200],
    ['-5', 195],
    ['-0', 200],
    ['50%', 100],
    ['0.5%', 1],
    ['100%', 200],
    ['2.5s', 25],
    ['+2.5s', 25],
    ['340ms', 3],
    ['1m02s', 200],
    ['0m01s', 10],
    ['1m', 200],
    ["'red", 77],
    [' 7 ', 7],
  ])('%s is event %i', async (text, seq) => {
    expect(await parseEventRef(text, context)).toBe(seq);
  });

  it.each(['1m02s', '62s', '62000ms'])('%s is 62 seconds', (text) => {
    expect(readEventRef(text)).toEqual({ by: 'time', tsNs: 62e9 });
  });

  it.each(['', 'x', '12x', '--5', '#', "'", '5m5', '1.5', 's', '%', '+'])('%j is no reference', async (text) => {
    await expect(parseEventRef(text, context)).rejects.toMatchObject({ code: 'usage' });
  });

  it.each(['201', '#201', '-201', "'blue"])('%s does not exist', async (text) => {
    await expect(parseEventRef(text, context)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says which events there are', async () => {
    await expect(parseEventRef('201', context)).rejects.toThrow('The recording has no event "201".');
    await expect(parseEventRef('101%', context)).rejects.toMatchObject({ code: 'usage' });
    await expect(parseEventRef('1', { ...context, length: 0 })).rejects.toMatchObject({
      hint: 'It holds no events, only the base (0).',
    });
  });

  it('never repeats control characters', async () => {
    await expect(parseEventRef('\u001b[2J\u009b', context)).rejects.toThrow(
      '"\\u001b[2J\\u009b" is not an event reference.',
    );
  });
});
