/**
 * The hash of a content, of a file on the disk and of one in a recording. Holes are neither read nor hashed:
 *
 *   The content is cut into blocks of 64 KiB. Blocks of zeros are left out, whether they are holes or were written. What is
 *   left are runs of blocks. SHA-256 of: their bytes │ of each run its offset u64, its length u64 │ number of runs u64 │
 *   size of the content u64; little-endian.
 *
 * Proofs of version 1 have the SHA-256 of the bytes alone.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type DataFinder, dataBetween } from './data-finder.js';
import type { TreeState } from './state.js';
import type { Node, Recording } from './types.js';

/** 1: SHA-256 of the bytes. 2: of what is no zeros. A proof's version. */
export type HashVersion = 1 | 2;

const BLOCK_BYTES = 64 << 10;
const FILE_CHUNK_BYTES = 1 << 20;
const CONTENT_CHUNK_BYTES = 4 << 20;
const ZEROS = Buffer.alloc(1 << 20);
/** Zeros cannot be left out of the first version's hash: of more than this, which takes about two seconds, nothing is said. */
export const MOST_HASHED_ZEROS = 4 * 2 ** 30;
let chunk: Buffer | undefined;

/** null when no regular file stands there. Without `findData` holes are read. */
export function hashFile(path: Buffer, findData: DataFinder | undefined): string | null {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, isFile } = statOf(fd);
    if (!isFile) return null;
    const hash = new RunHash(size);
    chunk ??= Buffer.allocUnsafe(FILE_CHUNK_BYTES);
    const next = findData === undefined ? whole(size) : (from: number) => findData(fd, from);
    const spans = new Spans(size);
    for (const range of dataBetween(next, 0, size)) {
      const [start, end] = spans.widen(range);
      for (let at = start; at < end; ) {
        const read = fill(fd, chunk.subarray(0, Math.min(chunk.length, end - at)), at);
        if (read === 0) break; // it was cut while we read
        hash.add(at, chunk.subarray(0, read));
        at += read;
      }
    }
    return hash.digest();
  } finally {
    closeSync(fd);
  }
}

/** undefined when not all of its bytes are known. */
export async function hashContent(
  recording: Pick<Recording, 'content'>,
  state: TreeState,
  node: Node,
  version: HashVersion,
): Promise<string | undefined> {
  const content = recording.content(state, node.file);
  const size = content.sizeBytes;
  const hash = version === 1 ? new PlainHash(size) : new RunHash(size);
  const spans = new Spans(size);
  for await (const range of content.dataRanges()) {
    const [start, end] = spans.widen(range);
    for (let at = start; at < end; ) {
      const { bytes, unknown } = await content.read(at, Math.min(CONTENT_CHUNK_BYTES, end - at));
      if (unknown.length > 0) return undefined;
      hash.add(at, bytes);
      at += bytes.length;
    }
  }
  return hash.digest();
}

/** Widens ranges to whole blocks, and none twice. */
class Spans {
  private done = 0;

  constructor(private readonly size: number) {}

  widen({ offset, length }: { offset: number; length: number }): [start: number, end: number] {
    const start = Math.max(this.done, offset - (offset % BLOCK_BYTES));
    const end = Math.min(this.size, Math.ceil((offset + length) / BLOCK_BYTES) * BLOCK_BYTES);
    this.done = Math.max(start, end);
    return [start, end];
  }
}

/** Version 2. Bytes come in ascending order and begin at a block. */
class RunHash {
  private readonly hash = createHash('sha256');
  private readonly runs: number[] = [];
  /** Where the last run ends. */
  private end = -1;

  constructor(private readonly size: number) {}

  add(offset: number, bytes: Buffer): void {
    let from = -1;
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const length = Math.min(BLOCK_BYTES, bytes.length - at);
      const isZero = bytes.compare(ZEROS, 0, length, at, at + length) === 0;
      if (!isZero && from < 0) from = at;
      if (isZero && from >= 0) this.put(offset + from, bytes.subarray(from, at));
      if (isZero) from = -1;
    }
    if (from >= 0) this.put(offset + from, bytes.subarray(from));
  }

  digest(): string {
    const rest = [...this.runs, this.runs.length / 2, this.size];
    const bytes = Buffer.alloc(8 * rest.length);
    for (const [i, number] of rest.entries()) bytes.writeBigUInt64LE(BigInt(number), 8 * i);
    return this.hash.update(bytes).digest('hex');
  }

  private put(offset: number, bytes: Buffer): void {
    this.hash.update(bytes);
    if (offset === this.end) (this.runs[this.runs.length - 1] as number) += bytes.length;
    else this.runs.push(offset, bytes.length);
    this.end = offset + bytes.length;
  }
}

/** Version 1. */
class PlainHash {
  private readonly hash = createHash('sha256');
  private at = 0;
  private zerosLeft = MOST_HASHED_ZEROS;

  constructor(private readonly size: number) {}

  add(offset: number, bytes: Buffer): void {
    this.zeros(offset - this.at);
    this.hash.update(bytes);
    this.at = offset + bytes.length;
  }

  digest(): string | undefined {
    this.zeros(this.size - this.at);
    return this.zerosLeft < 0 ? undefined : this.hash.digest('hex');
  }

  private zeros(length: number): void {
    this.zerosLeft -= length;
    if (this.zerosLeft < 0) return;
    for (let left = length; left > 0; left -= ZEROS.length)
      this.hash.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
  }
}

function whole(size: number): (from: number) => [number, number] | undefined {
  return (from) => (from < size ? [from, size] : undefined);
}

function statOf(fd: number): { size: number; isFile: boolean } {
  const stat = fstatSync(fd);
  return { size: stat.size, isFile: stat.isFile() };
}

/** How many bytes there were. */
function fill(fd: number, into: Buffer, at: number): number {
  let have = 0;
  while (have < into.length) {
    const read = readSync(fd, into, have, into.length - have, at + have);
    if (read === 0) break;
    have += read;
  }
  return have;
}
