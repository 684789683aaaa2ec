/**
 * Writes the integers and strings of every dk format into one growing buffer.
 *
 *   uint    7 bits a byte, low group first, high bit = more          0 … 2^53-1
 *   sint    first byte: more | sign | 6 bits; then as uint           ±(2^53-1)
 *   bigint  the same bytes as sint, without the limit
 *   bytes   uint length, then the bytes
 *   text    bytes of a byte string (events/byte-string.ts)
 */
import { invariant } from '../errors.js';
import { toBytes } from '../events/byte-string.js';

const LONGEST_VARINT = 9;

export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes so far: a view that the next write may change. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  uint(value: number): void {
    invariant(value >= 0 && Number.isSafeInteger(value), `${value} is not an unsigned integer`);
    this.#reserve(LONGEST_VARINT);
    this.#groups(value);
  }

  sint(value: number): void {
    invariant(Number.isSafeInteger(value), `${value} is not an integer`);
    this.#reserve(LONGEST_VARINT);
    const magnitude = Math.abs(value);
    const sign = value < 0 ? 0x40 : 0;
    if (magnitude < 0x40) {
      this.#buffer[this.#length++] = sign | magnitude;
    } else {
      this.#buffer[this.#length++] = 0x80 | sign | (magnitude & 0x3f);
      this.#groups(Math.floor(magnitude / 0x40));
    }
  }

  bigint(value: bigint): void {
    let rest = value < 0n ? -value : value;
    let first = Number(rest & 0x3fn) | (value < 0n ? 0x40 : 0);
    rest >>= 6n;
    if (rest > 0n) first |= 0x80;
    this.byte(first);
    while (rest > 0n) {
      const group = Number(rest & 0x7fn);
      rest >>= 7n;
      this.byte(rest > 0n ? group | 0x80 : group);
    }
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(bytes: Uint8Array): void {
    this.uint(bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    this.bytes(toBytes(text));
  }

  /** 7-bit groups of a non-negative safe integer; room is reserved. */
  #groups(value: number): void {
    const buffer = this.#buffer;
    let at = this.#length;
    let rest = value;
    // Bit operators work on 32 bits only; above that, divide.
    while (rest > 0x7fffffff) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#length = at;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.view());
    this.#buffer = larger;
  }
}
