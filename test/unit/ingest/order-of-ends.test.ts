import { expect, it } from 'vitest';
import { insertByEnd } from '../../../src/ingest/order/order-of-ends.js';

it('sorts by end, and leaves what ended at once in the order in which it came', () => {
  const list: { exitNs: number; name: string }[] = [];
  for (const [exitNs, name] of [
    [5, 'a'],
    [9, 'b'],
    [7, 'c'],
    [7, 'd'],
    [1, 'e'],
    [9, 'f'],
  ] as const)
    insertByEnd(list, { exitNs, name });
  expect(list.map(({ name }) => name).join('')).toBe('eacdbf');
});
