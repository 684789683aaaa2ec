/**
 * Pack: an append-only file of objects, each framed so that a pack can be read without any catalogue.
 *
 *   ┌────────┬──────────────────────┬──────────────────────┬ …
 *   │ header │ frame │ stored bytes │ frame │ stored bytes │
 *   │ 16     │ 56    │              │ 56    │              │
 *   └────────┴──────────────────────┴──────────────────────┴ …
 *   header  magic "dkpack\n\0" · version u32 · zero u32
 *   frame    0 magic "dkob"
 *            4 codec u8 · zero ×3
 *            8 length of the raw bytes u32
 *           12 length of the stored bytes u32
 *           16 SHA-256 of the raw bytes, 32 bytes
 *           48 crc32 of the stored bytes u32
 *           52 crc32 of the 52 bytes before u32
 *   codec   0 raw · 1 one zstd frame · 2 (kept for deltas) SHA-256 of the base, 32 bytes, then a zstd frame that
 *           has the base as prefix
 *
 * Little-endian. One writer a pack. What follows the last whole frame is what a crash cut off.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DkError } from '../errors.js';
import { MOST } from '../events/limits.js';
import { wrongVersion } from './format-version.js';
import type { RandomAccess } from './random-access.js';
import type { Sha256 } from './types.js';
import { zstdCompress, zstdDecompress } from './zstd.js';

const PACK_MAGIC = Buffer.from('dkpack\n\0', 'latin1');
export const PACK_VERSION = 1;
export const PACK_HEADER_BYTES = 16;
const OBJECT_MAGIC = Buffer.from('dkob', 'latin1');
export const FRAME_BYTES = 56;

const RAW = 0;
const ZSTD = 1;

export interface Frame {
  codec: number;
  rawLength: number;
  storedLength: number;
  sha256: Sha256;
  storedSum: number;
}

export function sha256Of(bytes: Uint8Array): Sha256 {
  return hash('sha256', bytes, 'hex');
}

export function encodePackHeader(): Buffer {
  const header = Buffer.alloc(PACK_HEADER_BYTES);
  PACK_MAGIC.copy(header);
  header.writeUInt32LE(PACK_VERSION, 8);
  return header;
}

/** Throws DkError when the file is no pack of this version. */
export function checkPackHeader(file: RandomAccess): void {
  const header = file.sizeBytes < PACK_HEADER_BYTES ? undefined : file.read(0, PACK_HEADER_BYTES);
  if (!header?.subarray(0, 8).equals(PACK_MAGIC)) throw damagedObject(file.name, 0, 'it does not begin as a pack does');
  const version = header.readUInt32LE(8);
  if (version !== PACK_VERSION) throw wrongVersion(file.name, version, PACK_VERSION);
}

/** Frame and stored bytes; compressed when that saves a sixteenth. */
export function encodeObject(bytes: Uint8Array, sha256: Sha256, level: number): { frame: Buffer; stored: Uint8Array } {
  const packed = bytes.length > 32 ? zstdCompress(bytes, level) : bytes;
  const codec = packed.length < bytes.length - bytes.length / 16 ? ZSTD : RAW;
  const stored = codec === ZSTD ? packed : bytes;
  const frame = Buffer.alloc(FRAME_BYTES);
  OBJECT_MAGIC.copy(frame);
  frame[4] = codec;
  frame.writeUInt32LE(bytes.length, 8);
  frame.writeUInt32LE(stored.length, 12);
  frame.write(sha256, 16, 'hex');
  frame.writeUInt32LE(crc32(stored), 48);
  frame.writeUInt32LE(crc32(frame.subarray(0, 52)), 52);
  return { frame, stored };
}

/** undefined when these are not the bytes of an intact frame. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < FRAME_BYTES || !bytes.subarray(0, 4).equals(OBJECT_MAGIC)) return undefined;
  if (crc32(bytes.subarray(0, 52)) !== bytes.readUInt32LE(52)) return undefined;
  return {
    codec: bytes[4] as number,
    rawLength: bytes.readUInt32LE(8),
    storedLength: bytes.readUInt32LE(12),
    sha256: bytes.toString('hex', 16, 48),
    storedSum: bytes.readUInt32LE(48),
  };
}

/** The raw bytes of the object at `offset`, checked against `sha256`. DkError 'damaged' names pack and offset. */
export function readObject(file: RandomAccess, offset: number, storedLength: number, sha256: Sha256): Buffer {
  // Stored bytes are never longer than raw ones by more than a delta's base hash.
  if (storedLength > MOST.objectBytes + 32)
    throw damagedObject(file.name, offset, 'the object there is said to be too large');
  const bytes = file.read(offset, FRAME_BYTES + storedLength);
  const frame = decodeFrame(bytes);
  if (frame === undefined) throw damagedObject(file.name, offset, 'no object begins there');
  if (frame.storedLength !== storedLength || frame.sha256 !== sha256) {
    throw damagedObject(file.name, offset, `another object than ${sha256} stands there`);
  }
  const raw = decodeStored(file, offset, frame, bytes.subarray(FRAME_BYTES));
  if (sha256Of(raw) !== sha256) throw damagedObject(file.name, offset, `its bytes do not have the hash ${sha256}`);
  return raw;
}

function decodeStored(file: RandomAccess, offset: number, frame: Frame, stored: Buffer): Buffer {
  if (crc32(stored) !== frame.storedSum) throw damagedObject(file.name, offset, 'its checksum does not match');
  if (frame.rawLength > MOST.objectBytes) throw damagedObject(file.name, offset, 'it claims to be too large');
  if (frame.codec === RAW) return stored;
  if (frame.codec !== ZSTD) {
    throw new DkError(
      'unsupported',
      `${file.name} has an object of codec ${frame.codec}, and this dk reads 0 and 1.`,
      'Open it with a newer dk.',
    );
  }
  try {
    return zstdDecompress(stored, frame.rawLength);
  } catch (cause) {
    throw damagedObject(file.name, offset, 'it does not decompress', cause);
  }
}

export function damagedObject(pack: string, offset: number, reason: string, cause?: unknown): DkError {
  return new DkError(
    'damaged',
    `${pack} is damaged at offset ${offset}: ${reason}.`,
    'The bytes of that object are lost here; restore the pack from a backup, or import a bundle of the recording.',
    cause,
  );
}
