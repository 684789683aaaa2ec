import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Writable } from 'node:stream';
import type { OutputStream } from './output.js';

/**
 * Writes to a descriptor that another program writes to as well. `process.stdout` would switch it to non-blocking, for
 * everybody who shares it: a recorded command that writes faster than its reader reads would get EAGAIN and lose output.
 */
export function sharedStream(fd: 1 | 2): OutputStream {
  const stream: OutputStream = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      try {
        writeFully(fd, chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  stream.isTTY = isatty(fd);
  return stream;
}

const pause = new Int32Array(new SharedArrayBuffer(4));

function writeFully(fd: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) {
    try {
      at += writeSync(fd, chunk, at);
    } catch (error) {
      // Somebody else made it non-blocking, and its reader is slow.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
