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
    const end = Math.min(length, MAX_CHUNK_BYTES);
    const strictEnd = Math.min(end, AVERAGE_CHUNK_BYTES);
    let at = Math.max(this.#at, MIN_CHUNK_BYTES);
    hash = this.#hash;
    if (at < strictEnd) at = scan(bytes, at, strictEnd, STRICT_MASK);
    if (at < end && at >= strictEnd) at = scan(bytes, at, end, LOOSE_MASK);
    const cut = at < end ? at + 1 : length >= MAX_CHUNK_BYTES ? MAX_CHUNK_BYTES : 0;
    this.#hash = cut > 0 ? 0 : hash;
    this.#at = cut > 0 ? 0 : at;
    return cut;
  }
}

/** What `scan` begins with and leaves behind. Not a field and not a second result: either makes the loop 3 times slower. */
let hash = 0;

/** The first position in [from, end) after whose byte the masked bits are zero; `end` when there is none. */
function scan(bytes: Uint8Array, from: number, end: number, mask: number): number {
  const gear = GEAR;
  let rolling = hash | 0;
  let at = from;
  for (; at < end; at++) {
    rolling = ((rolling << 1) + (gear[bytes[at] as number] as number)) | 0;
    if ((rolling & mask) === 0) break;
  }
  hash = rolling;
  return at;
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
