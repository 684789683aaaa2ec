/**
 * Keys of the index, sorted as bytes; in order of use:
 *
 *   01 name                      meta: small named values; 'version' (uint) is the schema's
 *   02 seq:7                     event block, by the sequence number of its first event
 *   03 file:7 seq:7              history of a file within the run of events that starts at seq
 *   04 stream:7 off:7            piece of a stream
 *   05 seq:7                     keyframe
 *   06 proc:7                    process
 *
 * Numbers are big-endian, 7 bytes: every safe integer fits and byte order is numeric order.
 */
import { invariant } from '../errors.js';

/** 2: some pieces are zeros. An index without such is of version 1. */
export const INDEX_VERSION = 2;
export const INDEX_VERSION_WITHOUT_ZEROS = 1;

/** The value of meta 'version'. */
export function versionValue(version: number): Buffer {
  return Buffer.of(version);
}

export const Section = { meta: 1, events: 2, history: 3, streams: 4, keyframes: 5, processes: 6 } as const;
export type SectionNumber = (typeof Section)[keyof typeof Section];

const NUMBER_BYTES = 7;

export function key(section: SectionNumber, ...numbers: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(1 + NUMBER_BYTES * numbers.length);
  bytes[0] = section;
  numbers.forEach((number, i) => {
    invariant(number >= 0 && Number.isSafeInteger(number), `${number} cannot be part of an index key`);
    const at = 1 + NUMBER_BYTES * i;
    // Two writes of at most 6 bytes: Buffer's integers end at 48 bits.
    bytes.writeUIntBE(Math.floor(number / 2 ** 32), at, 3);
    bytes.writeUInt32BE(number % 2 ** 32, at + 3);
  });
  return bytes;
}

export function metaKey(name: string): Buffer {
  return Buffer.concat([Buffer.of(Section.meta), Buffer.from(name, 'utf8')]);
}

/** The number at `position` of a key; 0 when the key is too short, which no key of that section is. */
export function numberOf(bytes: Buffer, position: number): number {
  const at = 1 + NUMBER_BYTES * position;
  if (bytes.length < at + NUMBER_BYTES) return 0;
  return bytes.readUIntBE(at, 3) * 2 ** 32 + bytes.readUInt32BE(at + 3);
}

/** Bounds [from, to) of everything that starts with the prefix. The last byte of a prefix is never ff here. */
export function prefixRange(prefix: Buffer): { from: Buffer; to: Buffer } {
  const to = Buffer.from(prefix);
  for (let i = to.length - 1; i >= 0; i--) {
    const byte = to[i] as number;
    if (byte < 0xff) {
      to[i] = byte + 1;
      return { from: prefix, to: to.subarray(0, i + 1) };
    }
  }
  throw new RangeError('a section byte is never ff');
}
