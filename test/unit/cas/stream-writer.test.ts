import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WrittenPiece } from '../../../src/cas/stream-writer.js';
import { StreamWriter } from '../../../src/cas/stream-writer.js';
import { MemoryBlobs } from '../../support/memory-blobs.js';

interface Written {
  blobs: MemoryBlobs;
  writer: StreamWriter;
  pieces: Map<number, WrittenPiece[]>;
  /** What the pieces of a stream say it holds; fails when they leave a hole or overlap. */
  content: (stream: number) => Buffer;
}

function open(options?: { mostPendingBytes?: number }): Written {
  const blobs = new MemoryBlobs();
  const pieces = new Map<number, WrittenPiece[]>();
  const writer = new StreamWriter(
    blobs,
    (stream, piece) => {
      pieces.set(stream, [...(pieces.get(stream) ?? []), piece]);
    },
    options,
  );
  const content = (stream: number): Buffer => {
    const parts: Buffer[] = [];
    let end = 0;
    for (const piece of pieces.get(stream) ?? []) {
      expect(piece.off).toBe(end);
      parts.push(blobs.read(piece.sha256 ?? '').subarray(piece.blobOff, piece.blobOff + piece.length));
      end += piece.length;
    }
    return Buffer.concat(parts);
  };
  return { blobs, writer, pieces, content };
}

/** The same for ever, incompressible. */
function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

describe('StreamWriter', () => {
  it('gives every stream its own offsets, and back its bytes', () => {
    const { writer, content } = open();
    expect(writer.append(33, Buffer.from('one '))).toBe(0);
    expect(writer.append(35, Buffer.from('other'))).toBe(0);
    expect(writer.append(33, Buffer.from('two'))).toBe(4);
    expect(writer.append(33, Buffer.alloc(0))).toBe(7);
    expect(writer.length(33)).toBe(7);
    writer.flushAll();
    expect(content(33).toString()).toBe('one two');
    expect(content(35).toString()).toBe('other');
    expect(writer.append(33, Buffer.from('!'))).toBe(7);
    writer.flushAll();
    expect(content(33).toString()).toBe('one two!');
  });

  it('cuts the same bytes at the same places, however they arrive', () => {
    const bytes = noise(1 << 20);
    const whole = open();
    whole.writer.append(1, bytes);
    whole.writer.flushAll();
    const bits = open();
    for (let at = 0; at < bytes.length; at += 997) bits.writer.append(1, bytes.subarray(at, at + 997));
    bits.writer.flushAll();
    expect(bits.pieces.get(1)).toEqual(whole.pieces.get(1));
    expect(bits.content(1).equals(bytes)).toBe(true);
  });

  it('keeps chunks between the limits and near the average', () => {
    const { writer, pieces } = open();
    writer.append(1, noise(16 << 20));
    const lengths = (pieces.get(1) as WrittenPiece[]).map((piece) => piece.length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(8 << 10);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(512 << 10);
    const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(average).toBeGreaterThan(48 << 10);
    expect(average).toBeLessThan(96 << 10);
  });

  it('shares blobs between a file and a version with an insertion', () => {
    const bytes = noise(2 << 20);
    const { writer, blobs } = open();
    writer.append(1, bytes);
    writer.flushAll();
    const before = blobs.stored.size;
    writer.append(3, Buffer.concat([bytes.subarray(0, 500_000), Buffer.from('inserted'), bytes.subarray(500_000)]));
    writer.flushAll();
    expect(blobs.stored.size - before).toBeLessThanOrEqual(3);
  });

  it('takes a hint when the chunk is worth it, or the file begins anew', () => {
    const { writer, pieces } = open();
    const lengths = (): number[] => (pieces.get(1) ?? []).map((piece) => piece.length);
    writer.append(1, noise(100));
    writer.cut(1);
    expect(lengths()).toEqual([]);
    writer.cut(1, true);
    expect(lengths()).toEqual([100]);
    writer.append(1, noise(5000));
    writer.cut(1);
    expect(lengths()).toEqual([100, 5000]);
    writer.cut(1);
    writer.cut(2, true);
    expect(lengths()).toEqual([100, 5000]);
  });

  it('bounds its memory over many streams', () => {
    const limit = 1 << 20;
    const { writer, content } = open({ mostPendingBytes: limit });
    for (let round = 0; round < 3; round++) {
      for (let stream = 0; stream < 500; stream++) {
        writer.append(stream, noise(5000, stream));
        expect(writer.pendingBytes).toBeLessThanOrEqual(limit);
      }
    }
    writer.flushAll();
    expect(writer.pendingBytes).toBe(0);
    for (const stream of [0, 250, 499]) {
      const once = noise(5000, stream);
      expect(content(stream)).toEqual(Buffer.concat([once, once, once]));
    }
  });

  it('gives back any interleaving', () => {
    const step = fc.record({
      stream: fc.nat(3),
      length: fc.nat(40_000),
      seed: fc.nat(),
      after: fc.constantFrom('nothing', 'cut', 'restart', 'flush'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { writer, content } = open({ mostPendingBytes: 60_000 });
        const expected = [0, 1, 2, 3].map((): Buffer[] => []);
        for (const { stream, length, seed, after } of steps) {
          const bytes = noise(length, seed);
          writer.append(stream, bytes);
          expected[stream]?.push(bytes);
          if (after === 'flush') writer.flushAll();
          else if (after !== 'nothing') writer.cut(stream, after === 'restart');
        }
        writer.flushAll();
        for (const stream of [0, 1, 2, 3])
          expect(content(stream).equals(Buffer.concat(expected[stream] ?? []))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
