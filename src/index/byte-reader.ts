/** Reads what ByteWriter wrote. Every overrun or impossible value is DkError 'damaged' that names `where`. */
import { DkError } from '../errors.js';
import { fromBytes, isName } from '../events/byte-string.js';
import { MOST } from '../events/limits.js';

/** Above this no 64-bit-second clock can be: stops a hostile file from making huge bigints. */
const LONGEST_BIGINT = 20;

export class ByteReader {
  readonly #buffer: Buffer;
  readonly #where: string;
  #at: number;

  constructor(bytes: Uint8Array, where: string, at = 0) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#buffer.length - this.#at;
  }

  byte(): number {
    const value = this.#buffer[this.#at++];
    return value === undefined ? this.#ended() : value;
  }

  uint32(): number {
    if (this.left < 4) this.#ended();
    this.#at += 4;
    return this.#buffer.readUInt32LE(this.#at - 4);
  }

  uint(): number {
    const first = this.#buffer[this.#at++];
    if (first === undefined) return this.#ended();
    return first < 0x80 ? first : this.#groups(first & 0x7f, 0x80);
  }

  sint(): number {
    const first = this.byte();
    const magnitude = first & 0x80 ? this.#groups(first & 0x3f, 0x40) : first & 0x3f;
    return first & 0x40 ? 0 - magnitude : magnitude;
  }

  bigint(): bigint {
    let next = this.byte();
    const negative = (next & 0x40) !== 0;
    let value = BigInt(next & 0x3f);
    for (let shift = 6n; next & 0x80; shift += 7n) {
      if (shift > LONGEST_BIGINT * 7) this.damaged('a number is too long');
      next = this.byte();
      value |= BigInt(next & 0x7f) << shift;
    }
    return negative ? -value : value;
  }

  /** A view into the buffer. */
  raw(length: number): Buffer {
    if (length > this.left) this.#ended();
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  /** A view into the buffer. */
  bytes(): Buffer {
    return this.raw(this.uint());
  }

  text(mostBytes: number = MOST.pathBytes): string {
    const bytes = this.bytes();
    if (bytes.length > mostBytes) this.damaged(`a text has ${bytes.length} bytes, and may have ${mostBytes}`);
    return isAscii(bytes) ? bytes.toString('latin1') : fromBytes(bytes);
  }

  /** A number of things that take at least one byte each, so that no claim can exceed what is there. */
  count(): number {
    const count = this.uint();
    if (count > this.left) this.#ended();
    return count;
  }

  /** A path of an event or a proof; '' for none. */
  path(): string {
    const path = this.text();
    // Shorter ones cannot have a name that is too long.
    if (path.length > MOST.nameBytes) this.#checkNames(path);
    return path;
  }

  /** A name in a directory: one component of a path. */
  name(): string {
    const name = this.text(MOST.nameBytes);
    return isName(name) ? name : this.damaged('a name is not one that a file can have');
  }

  damaged(reason: string): never {
    throw new DkError(
      'damaged',
      `${this.#where} is damaged at byte ${this.#at}: ${reason}.`,
      'Get the recording again from where it came from, or record once more.',
    );
  }

  #groups(low: number, unit: number): number {
    let value = low;
    let scale = unit;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) this.damaged('a number is too large');
      if (next < 0x80) return value;
      scale *= 0x80;
      if (scale > Number.MAX_SAFE_INTEGER * 2) this.damaged('a number is too long');
    }
  }

  #checkNames(path: string): void {
    for (let from = 0; from < path.length; ) {
      const slash = path.indexOf('/', from);
      const end = slash < 0 ? path.length : slash;
      if (end - from > MOST.nameBytes) this.damaged(`a name has more than ${MOST.nameBytes} bytes`);
      from = end + 1;
    }
  }

  #ended(): never {
    return this.damaged('it ends too early');
  }
}

function isAscii(bytes: Buffer): boolean {
  if (bytes.length > 512) return false;
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}
