import { DkError } from '../../src/errors.js';
import type { RandomAccess } from '../../src/cas/random-access.js';

/** A file that stands in memory. */
export function inMemory(bytes: Uint8Array, name = 'memory'): RandomAccess {
  return {
    name,
    sizeBytes: bytes.length,
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.length) throw new DkError('damaged', `${name} ends early.`, '');
      return Buffer.from(bytes.subarray(offset, offset + length));
    },
    close() {},
  };
}

export async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}
