import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBytes, toBytes } from '../../../src/events/byte-string.js';
import { compareNames } from '../../../src/timeline/name-tree.js';

/** Pieces of valid UTF-8 of every length, and bytes that are none: whole, cut off, and alone. */
const piece = fc.constantFrom('a', 'é', '€', '💀', '𝄀').map((text) => Buffer.from(text));
const byte = fc.integer({ min: 1, max: 255 }).map((value) => Buffer.of(value));
const name = fc.array(fc.oneof(piece, byte), { maxLength: 6 }).map((parts) => Buffer.concat(parts));

describe('byte strings', () => {
  it('bytes, to a string and back, are the same bytes', () => {
    fc.assert(
      fc.property(name, (bytes) => {
        expect(toBytes(fromBytes(bytes)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('names are ordered as their bytes are', () => {
    fc.assert(
      fc.property(name, name, name, (start, a, b) => {
        const [left, right] = [Buffer.concat([start, a]), Buffer.concat([start, b])];
        expect(Math.sign(compareNames(fromBytes(left), fromBytes(right)))).toBe(Buffer.compare(left, right));
      }),
      { numRuns: 2000 },
    );
  });
});
