import { FRAME_BYTES, PACK_HEADER_BYTES, checkPackHeader, decodeFrame } from './pack-format.js';
import type { RandomAccess } from './random-access.js';
import type { PlacedObject } from './types.js';

export type Scanned =
  | { kind: 'object'; object: PlacedObject }
  /** Bytes that are no object: damage, or at the end what a crash cut off. */
  | { kind: 'damage'; offset: number; length: number };

const WINDOW_BYTES = 1 << 20;

/**
 * Lists what a pack holds by its frames alone, for rebuilding a catalogue. Damaged ranges are reported and passed
 * over. Stored bytes are not read: `readObject` checks them.
 */
export function* scanPack(file: RandomAccess, pack: string): Generator<Scanned> {
  checkPackHeader(file);
  let offset = PACK_HEADER_BYTES;
  while (offset < file.sizeBytes) {
    const frame = frameAt(file, offset);
    if (frame === undefined) {
      const next = nextFrame(file, offset + 1);
      yield { kind: 'damage', offset, length: next - offset };
      offset = next;
    } else {
      const { sha256, rawLength, storedLength } = frame;
      yield { kind: 'object', object: { sha256, pack, offset, rawLength, storedLength } };
      offset += FRAME_BYTES + storedLength;
    }
  }
}

/** An intact frame whose stored bytes end within the file. */
function frameAt(file: RandomAccess, offset: number): ReturnType<typeof decodeFrame> {
  if (offset + FRAME_BYTES > file.sizeBytes) return undefined;
  const frame = decodeFrame(file.read(offset, FRAME_BYTES));
  return frame && offset + FRAME_BYTES + frame.storedLength <= file.sizeBytes ? frame : undefined;
}

/** The first offset from `from` on where an intact frame stands, or the end of the file. */
function nextFrame(file: RandomAccess, from: number): number {
  for (let start = from; start < file.sizeBytes; start += WINDOW_BYTES) {
    const length = Math.min(WINDOW_BYTES + 3, file.sizeBytes - start);
    const window = file.read(start, length);
    for (let at = window.indexOf('dkob'); at >= 0; at = window.indexOf('dkob', at + 1)) {
      if (frameAt(file, start + at) !== undefined) return start + at;
    }
  }
  return file.sizeBytes;
}
