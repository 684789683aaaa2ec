/**
 * Content-defined cuts (FastCDC, Xia et al., USENIX ATC 2016): the same bytes are cut at the same places wherever
 * they stand. A gear hash runs over the bytes; a cut is where its high bits are zero: more of them before the
 * average length and fewer after it, so that lengths stay close to it.
 */
export const MIN_CHUNK_BYTES = 8 << 10;
export const MAX_CHUNK_BYTES = 512 << 10;
const AVERAGE_CHUNK_BYTES = 64 << 10;

const STRICT_MASK = highBits(18);
const LOOSE_MASK = highBits(14);

/** Random but fixed for ever: another table would cut everything elsewhere. */
const GEAR = gearTable();

/** Looks for the next cut in bytes that arrive bit by bit; each is looked at once. */
export class CutFinder {
  #hash = 0;
  #at = 0;

  /** Length of the chunk that begins at bytes[0], or 0 when it is not complete yet. Starts over after a cut. */
  find(bytes: Uint8Array, length: number): number {
    let hash = this.#hash;
    let at = Math.max(this.#at, MIN_CHUNK_BYTES);
    const end = Math.min(length, MAX_CHUNK_BYTES);
    const strictEnd = Math.min(end, AVERAGE_CHUNK_BYTES);
    for (; at < strictEnd; at++) {
      hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
      if ((hash & STRICT_MASK) === 0) return this.#cut(at + 1);
    }
    for (; at < end; at++) {
      hash = ((hash << 1) + (GEAR[bytes[at] as number] as number)) | 0;
      if ((hash & LOOSE_MASK) === 0) return this.#cut(at + 1);
    }
    if (length >= MAX_CHUNK_BYTES) return this.#cut(MAX_CHUNK_BYTES);
    this.#hash = hash;
    this.#at = at;
    return 0;
  }

  #cut(length: number): number {
    this.#hash = 0;
    this.#at = 0;
    return length;
  }
}

function highBits(count: number): number {
  return -1 << (32 - count);
}

/** splitmix32 from a fixed seed. */
function gearTable(): Int32Array {
  let seed = 0x6b64;
  return Int32Array.from({ length: 256 }, () => {
    seed = (seed + 0x9e3779b9) | 0;
    let mixed = seed ^ (seed >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  });
}
