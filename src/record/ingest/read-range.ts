import { closeSync, readSync } from 'node:fs';
import { openPlain } from '../../cas/plain-files.js';

const CHUNK_BYTES = 1 << 20;

/** The bytes of a range of a file, in parts of 1 MiB; ends early where the file does. */
export function* readRange(file: string, from: number, length: number): Generator<Buffer> {
  const fd = openPlain(file);
  try {
    for (let done = 0; done < length; ) {
      const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - done));
      const n = readSync(fd, bytes, 0, bytes.length, from + done);
      if (n === 0) return;
      yield bytes.subarray(0, n);
      done += n;
    }
  } finally {
    closeSync(fd);
  }
}

/** So many zeros, in parts. */
export function* zeros(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(CHUNK_BYTES, left));
}
