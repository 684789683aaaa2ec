/** SHA-256 of a file on the disk and of one in a recording. Large holes are hashed as zeros, without being read. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { TreeState } from './state.js';
import { HOLE, type Node, type Recording } from './types.js';

/** The first range of an open file at or after `from` that is no hole; undefined when only a hole follows. */
export type DataFinder = (fd: number, from: number) => [start: number, end: number] | undefined;

const FILE_CHUNK_BYTES = 1 << 20;
const CONTENT_CHUNK_BYTES = 4 << 20;
const ZEROS = Buffer.alloc(1 << 20);
let chunk: Buffer | undefined;

/** null when no regular file stands there. Without `findData` holes are read. */
export function hashFile(path: Buffer, findData: DataFinder | undefined): string | null {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return null;
    const hash = createHash('sha256');
    for (let at = 0; at < stat.size; ) {
      const [start, end] = findData === undefined ? [at, stat.size] : (findData(fd, at) ?? [stat.size, stat.size]);
      addZeros(hash, start - at);
      if (!addRange(hash, fd, start, Math.min(end, stat.size))) break;
      at = end;
    }
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}

/** Zeros of holes that are hashed for one file: about two seconds. A forged file can have petabytes of them. */
export const MOST_HASHED_ZEROS = 4 * 2 ** 30;

/** undefined when not all of its bytes are known, or its holes are larger than can be hashed. */
export async function hashContent(recording: Recording, state: TreeState, node: Node): Promise<string | undefined> {
  const content = recording.content(state, node.file);
  const hash = createHash('sha256');
  let at = 0;
  let zeros = 0;
  const addUntil = async (end: number): Promise<boolean> => {
    while (at < end) {
      const { bytes, unknown } = await content.read(at, Math.min(CONTENT_CHUNK_BYTES, end - at));
      if (unknown.length > 0) return false;
      hash.update(bytes);
      at += bytes.length;
    }
    return true;
  };
  for (const { at: start, length, stream } of node.extents()) {
    // Small holes come with what is around them.
    if (stream !== HOLE || length < CONTENT_CHUNK_BYTES) continue;
    zeros += length;
    if (zeros > MOST_HASHED_ZEROS || !(await addUntil(start))) return undefined;
    addZeros(hash, length);
    at = start + length;
  }
  return (await addUntil(content.sizeBytes)) ? hash.digest('hex') : undefined;
}

/** False when the file ended before. */
function addRange(hash: Hash, fd: number, start: number, end: number): boolean {
  chunk ??= Buffer.allocUnsafe(FILE_CHUNK_BYTES);
  for (let at = start; at < end; ) {
    const read = readSync(fd, chunk, 0, Math.min(chunk.length, end - at), at);
    if (read === 0) return false;
    hash.update(chunk.subarray(0, read));
    at += read;
  }
  return true;
}

function addZeros(hash: Hash, length: number): void {
  for (let left = length; left > 0; left -= ZEROS.length) hash.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
}
