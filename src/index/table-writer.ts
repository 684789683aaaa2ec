/** Writes the table that table-format.ts pictures, as a stream of buffers. */
import { invariant } from '../errors.js';
import { ByteWriter } from './byte-writer.js';
import type { Entry } from './kv.js';
import {
  BLOCK_BYTES,
  FOOTER_BYTES,
  HEADER_BYTES,
  encodeBlock,
  encodeFooter,
  encodeHeader,
  putEntry,
} from './table-format.js';

const NO_KEY = Buffer.alloc(0);

/** Entries must ascend strictly by key. Memory: one block, and a line per block for the index. */
export async function* encodeTable(entries: AsyncIterable<Entry> | Iterable<Entry>): AsyncGenerator<Buffer> {
  const index = new BlockBuilder();
  const data = new BlockBuilder();
  let offset = HEADER_BYTES;
  let count = 0;
  let last: Buffer | undefined;
  yield encodeHeader();
  for await (const { key, value } of entries) {
    invariant(last === undefined || Buffer.compare(last, key) < 0, 'the entries of a table ascend by key');
    data.put(key, value);
    last = key;
    count++;
    if (data.length < BLOCK_BYTES) continue;
    const block = encodeBlock(data.take());
    index.put(key, place(offset, block.length));
    offset += block.length;
    yield block;
  }
  if (data.length > 0) {
    const block = encodeBlock(data.take());
    index.put(last as Buffer, place(offset, block.length));
    offset += block.length;
    yield block;
  }
  const block = encodeBlock(index.take());
  yield block;
  const fileSize = offset + block.length + FOOTER_BYTES;
  yield encodeFooter({ indexOffset: offset, indexSize: block.length, entries: count, fileSize });
}

function place(offset: number, size: number): Buffer {
  const out = new ByteWriter(16);
  out.uint(offset);
  out.uint(size);
  return Buffer.from(out.view());
}

class BlockBuilder {
  readonly #out = new ByteWriter(BLOCK_BYTES * 2);
  #previous: Buffer = NO_KEY;

  get length(): number {
    return this.#out.length;
  }

  put(key: Buffer, value: Buffer): void {
    putEntry(this.#out, this.#previous, key, value);
    this.#previous = key;
  }

  /** The block's bytes, valid until the next put. */
  take(): Buffer {
    const bytes = this.#out.view();
    this.#out.clear();
    this.#previous = NO_KEY;
    return bytes;
  }
}
