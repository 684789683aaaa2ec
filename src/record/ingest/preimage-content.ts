import { closeSync, openSync, readSync } from 'node:fs';
import type { Context } from './context.js';
import type { Preimages } from './preimages.js';

const CHUNK_BYTES = 1 << 20;

/** Moves the saved bytes of base files into their base streams. Each file's bytes are saved once at most. */
export function storePreimages(context: Context, preimages: Preimages): void {
  for (const { identity, path, at } of preimages.contents()) {
    const file = context.model.baseFile(identity, path);
    if (file !== undefined) context.saveBase(file, chunks(at));
  }
}

function* chunks({ file, offset, length }: { file: string; offset: number; length: number }): Generator<Buffer> {
  const fd = openSync(file, 'r');
  try {
    for (let done = 0; done < length; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - done));
      const n = readSync(fd, chunk, 0, chunk.length, offset + done);
      if (n === 0) return;
      yield chunk.subarray(0, n);
      done += n;
    }
  } finally {
    closeSync(fd);
  }
}
