import { crc32 } from 'node:zlib';
import { wrongVersion } from '../cas/format-version.js';
import { DkError } from '../errors.js';

/**
 * The frames of what the launcher writes: base.bin and preimage/log (layout: addon/launcher/node-record.h).
 *
 *   magic 8 │ u32 version │ u32 crc32 of these 12 │ frame │ frame │ …
 *   frame   "DKNF" │ u32 payload bytes │ u32 crc32 of those │ u32 crc32 of these 12 │ records
 *
 * Version 1 had neither checksums nor frames: records from the first 16 bytes on.
 */
const VERSION = 2;
const VERSION_WITHOUT_FRAMES = 1;
export const NODE_FILE_HEADER_BYTES = 16;
const FRAME_MAGIC = 'DKNF';
const FRAME_HEADER_BYTES = 16;

const FILES = {
  base: { magic: 'DKBASE\0\x01', name: 'The base manifest base.bin' },
  preimage: { magic: 'DKPREI\0\x01', name: 'The pre-image log' },
} as const;
export type NodeFile = keyof typeof FILES;

/** Checks the header; returns whether frames follow. DkError 'damaged' or 'unsupported'. */
export function checkNodeFile(bytes: Buffer, file: NodeFile): { hasFrames: boolean } {
  const { magic, name } = FILES[file];
  if (bytes.length < NODE_FILE_HEADER_BYTES || bytes.toString('latin1', 0, 8) !== magic) {
    throw damagedNodeFile(file, 0, 'it does not begin as it should');
  }
  const version = bytes.readUInt32LE(8);
  if (version === VERSION_WITHOUT_FRAMES) return { hasFrames: false };
  if (crc32(bytes.subarray(0, 12)) !== bytes.readUInt32LE(12)) {
    throw damagedNodeFile(file, 0, 'its checksum does not match');
  }
  if (version !== VERSION) throw wrongVersion(name, version, VERSION);
  return { hasFrames: true };
}

export interface FrameScan {
  /** Where records stand, in order. */
  payloads: { start: number; end: number }[];
  /** Behind the last whole frame. */
  end: number;
  /** complete: nothing follows; open: the file ends here, or in a frame that is not all there; damaged: at `end`. */
  rest: 'complete' | 'open' | 'damaged';
}

/** The frames from `at` on, as far as they are whole. */
export function scanFrames(bytes: Buffer, at: number): FrameScan {
  const payloads: FrameScan['payloads'] = [];
  for (let end = at; ; ) {
    const start = end + FRAME_HEADER_BYTES;
    if (start > bytes.length) return { payloads, end, rest: 'open' };
    const isHeader =
      bytes.toString('latin1', end, end + 4) === FRAME_MAGIC &&
      crc32(bytes.subarray(end, end + 12)) === bytes.readUInt32LE(end + 12);
    if (!isHeader) return { payloads, end, rest: 'damaged' };
    const next = start + bytes.readUInt32LE(end + 4);
    if (next > bytes.length) return { payloads, end, rest: 'open' };
    if (crc32(bytes.subarray(start, next)) !== bytes.readUInt32LE(end + 8)) return { payloads, end, rest: 'damaged' };
    if (next === start) return { payloads, end: next, rest: next === bytes.length ? 'complete' : 'damaged' };
    payloads.push({ start, end: next });
    end = next;
  }
}

/** The records of a file that was written as a whole. DkError 'damaged' when it is not as it was. */
export function wholeNodeFile(bytes: Buffer, file: NodeFile): FrameScan['payloads'] {
  if (!checkNodeFile(bytes, file).hasFrames) return [{ start: NODE_FILE_HEADER_BYTES, end: bytes.length }];
  const { payloads, end, rest } = scanFrames(bytes, NODE_FILE_HEADER_BYTES);
  if (rest === 'open') throw damagedNodeFile(file, end, 'its end is missing');
  if (rest === 'damaged') throw damagedNodeFile(file, end, 'its checksum does not match');
  return payloads;
}

export function damagedNodeFile(file: NodeFile, offset: number, reason: string): DkError {
  return new DkError(
    'damaged',
    `${FILES[file].name} is damaged at byte ${offset}: ${reason}.`,
    'Get the recording again from where it came from, or record once more.',
  );
}
