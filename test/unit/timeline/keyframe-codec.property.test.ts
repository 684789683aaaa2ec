import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DkError } from '../../../src/errors.js';
import { decodeKeyframe, encodeKeyframe, parentOfKeyframe } from '../../../src/timeline/keyframe-codec.js';
import type { TreeState } from '../../../src/timeline/state.js';
import { operation, play, render } from './random-script.js';

const operations = fc.array(operation, { minLength: 1, maxLength: 80, size: 'max' });

test('a keyframe read back is the state it was written from, on whichever state it builds', async () => {
  await fc.assert(
    fc.asyncProperty(operations, fc.nat(), fc.nat(), async (script, a, b) => {
      const { recording } = await play(script, 1_000_000);
      const [from = 0, to = 0] = [a % (recording.length + 1), b % (recording.length + 1)].sort((x, y) => x - y);
      if (from === to) return;
      const parent = (await recording.state(from)) as TreeState;
      const state = (await recording.state(to)) as TreeState;
      const bytes = encodeKeyframe(parent, state);
      expect(parentOfKeyframe(bytes)).toBe(from);
      const again = decodeKeyframe(bytes, parent);
      expect([again.seq, again.doubtFrom, again.touchedCount]).toEqual([to, state.doubtFrom, state.touchedCount]);
      expect(await render(recording, again)).toEqual(await render(recording, state));
      expect([...again.touchedFiles()]).toEqual([...state.touchedFiles()]);
      // Written from the base alone, both are the same bytes: nothing that a keyframe holds was lost.
      const base = (await recording.state(0)) as TreeState;
      expect(encodeKeyframe(base, again)).toEqual(encodeKeyframe(base, state));
    }),
    { numRuns: 80 },
  );
});

test('damage and forgery are found: DkError, never anything else', async () => {
  const [script = []] = fc.sample(operations, { numRuns: 1, seed: 7 });
  const { recording } = await play(script, 1_000_000);
  const base = (await recording.state(0)) as TreeState;
  const bytes = Buffer.from(encodeKeyframe(base, (await recording.state(recording.length)) as TreeState));
  fc.assert(
    fc.property(fc.nat(bytes.length - 5), fc.nat(255), fc.boolean(), fc.boolean(), (at, value, cut, forge) => {
      const bad = Buffer.from(cut ? bytes.subarray(0, at + 5) : bytes);
      bad[at] = value;
      // A forger knows how to make a checksum.
      if (forge) bad.writeUInt32LE(crc32(bad.subarray(0, -4)), bad.length - 4);
      try {
        parentOfKeyframe(bad);
        const state = decodeKeyframe(bad, base);
        for (const [file] of state.recs.entries()) state.pathsOf(file);
      } catch (error) {
        expect(error).toBeInstanceOf(DkError);
      }
    }),
    { numRuns: 2000 },
  );
});
