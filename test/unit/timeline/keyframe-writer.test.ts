import { expect, test } from 'vitest';
import { parentOfKeyframe } from '../../../src/timeline/keyframe-codec.js';
import type { MemoryIndex } from '../../support/memory-index.js';
import { scripted } from '../../support/scripted.js';

test('keyframes build on the one before, every 8th on the one 8 before, every 64th on the one 64 before', async () => {
  const { index } = await scripted({ keyframeEvery: 10 }, ({ main }) => {
    for (let at = 0; at < 1450; at++) main.create(`file-${at}`);
  });
  const parents = [...(index as MemoryIndex).keyframes].map(([seq, bytes]) => [seq / 10, parentOfKeyframe(bytes) / 10]);
  expect(parents.length).toBe(145);
  for (const [number = 0, parent] of parents) {
    const step = number % 64 === 0 ? 64 : number % 8 === 0 ? 8 : 1;
    expect([number, parent]).toEqual([number, number - step]);
  }
});
