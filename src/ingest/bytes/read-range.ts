import { closeSync, readSync } from 'node:fs';
import { openPlain } from '../../cas/plain-files.js';
import { type DataPart, isZeros, LEAST_ZEROS } from '../../cas/types.js';
import { addon } from '../../native/addon.js';

const CHUNK_BYTES = 1 << 20;

/** A range of a file, in parts of at most 1 MiB, its holes as zeros; ends early where the file does. */
export function* readRange(file: string, from: number, length: number): Generator<DataPart> {
  const fd = openPlain(file);
  try {
    yield* contentOf(fd, from, from + length);
  } finally {
    closeSync(fd);
  }
}

/** The same of an open file. */
export function* contentOf(fd: number, from: number, end: number): Generator<DataPart> {
  for (let at = from; at < end; ) {
    const [start, until] = addon().nextData(fd, at) ?? [end, end];
    const data = Math.min(start, end);
    if (data - at >= LEAST_ZEROS) {
      yield { zeros: data - at };
      at = data;
    }
    for (const stop = Math.min(until, end); at < stop; ) {
      const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, stop - at));
      const n = readSync(fd, bytes, 0, bytes.length, at);
      if (n === 0) return;
      yield bytes.subarray(0, n);
      at += n;
    }
  }
}

/** With zeros as bytes. */
export function* spelledOut(parts: Iterable<DataPart>): Generator<Uint8Array> {
  for (const part of parts) {
    if (!isZeros(part)) yield part;
    else for (let left = part.zeros; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(CHUNK_BYTES, left));
  }
}
