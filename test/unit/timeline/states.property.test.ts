import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEvent } from '../../../src/timeline/appliers.js';
import { KeyframeLoader } from '../../../src/timeline/keyframe-loader.js';
import type { TreeState } from '../../../src/timeline/state.js';
import { emptyState, StateBuilder } from '../../../src/timeline/state-builder.js';
import type { MemoryIndex } from '../../support/memory-index.js';
import type { NaiveTree } from './naive-tree.js';
import { operation, type Played, play, render, renderNaive } from './random-script.js';

const operations = fc.array(operation, { minLength: 1, maxLength: 150, size: 'max' });

function knowsExternal({ trees, recording }: Played): Promise<boolean> {
  return recording.state(trees.length - 1).then((state) => state.lookup('/ext') !== undefined);
}

test('every state is what a naive filesystem holds after the same operations', async () => {
  await fc.assert(
    fc.asyncProperty(operations, fc.infiniteStream(fc.nat()), async (script, order) => {
      const played = await play(script, 1_000_000);
      expect(played.problems).toEqual([]);
      const external = await knowsExternal(played);
      // In random order, so that states are reached from wherever the last one left off.
      const seqs = played.trees.map((_, seq) => seq).sort(() => (order.next().value % 2) - 0.5);
      for (const seq of seqs) {
        expect(await render(played.recording, await played.recording.state(seq))).toEqual(
          renderNaive(played.trees[seq] as NaiveTree, external),
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('a state from keyframes, and what follows it, is the state from zero', async () => {
  await fc.assert(
    fc.asyncProperty(operations, fc.integer({ min: 1, max: 9 }), async (script, every) => {
      const played = await play(script, every);
      const { recording, trees } = played;
      const index = played.index as MemoryIndex;
      expect(index.keyframes.size).toBeGreaterThanOrEqual(Math.floor(recording.length / every));
      const external = await knowsExternal(played);
      const { base } = (await recording.state(0)) as TreeState;
      for (const seq of index.keyframes.keys()) {
        const state = await new KeyframeLoader(index, emptyState(base)).before(seq);
        if (state === undefined) throw new Error(`keyframe ${seq} is not found`);
        expect(await render(recording, state)).toEqual(renderNaive(trees[seq] as NaiveTree, external));
        const builder = new StateBuilder(state);
        for await (const event of index.events(seq + 1, recording.length)) applyEvent(builder, event);
        const end = builder.freeze();
        expect(await render(recording, end)).toEqual(renderNaive(trees[recording.length] as NaiveTree, external));
        expect([...end.touchedFiles()]).toEqual([...(await recording.state(recording.length)).touchedFiles()]);
      }
    }),
    { numRuns: 60 },
  );
});

test('stepping forward and back again is the same state', async () => {
  await fc.assert(
    fc.asyncProperty(operations, async (script) => {
      const played = await play(script, 8);
      const external = await knowsExternal(played);
      const there = Array.from({ length: played.recording.length + 1 }, (_, seq) => seq);
      for (const seq of [...there, ...there.reverse()]) {
        const state = await played.recording.state(seq);
        expect(state.seq).toBe(seq);
        expect(await render(played.recording, state)).toEqual(renderNaive(played.trees[seq] as NaiveTree, external));
      }
    }),
    { numRuns: 20 },
  );
});
