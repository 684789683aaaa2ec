import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addon } from '../../../src/native/addon.js';
import { hashContent, hashFile } from '../../../src/timeline/content-hash.js';
import type { TreeState } from '../../../src/timeline/state.js';
import type { Node } from '../../../src/timeline/types.js';
import { scripted } from '../../support/scripted.js';
import { tempFolders } from '../../support/temp-folder.js';

const temp = tempFolders();
const MB = 1 << 20;
/** Where bytes stand in a file of 40 MB. */
const WRITES: [offset: number, bytes: string][] = [
  [3, 'near the start'],
  [7 * MB + 11, 'after a large hole'],
  [8 * MB, 'after a small one'],
  [39 * MB, 'y'.repeat(100_000)],
];

function sparseFile(): string {
  const path = join(temp(), 'sparse');
  const fd = openSync(path, 'w');
  ftruncateSync(fd, 40 * MB);
  for (const [offset, bytes] of WRITES) writeSync(fd, bytes, offset);
  closeSync(fd);
  return path;
}

const sha256 = (...parts: (Buffer | bigint[])[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(Array.isArray(part) ? Buffer.from(BigUint64Array.from(part).buffer) : part);
  return hash.digest('hex');
};

/** By its definition: blocks of 64 KiB, those of zeros left out. */
function runHash(bytes: Buffer): string {
  const BLOCK = 64 << 10;
  const data: Buffer[] = [];
  const runs: bigint[] = [];
  let end = -1;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) continue;
    data.push(block);
    if (at === end) (runs[runs.length - 1] as bigint) += BigInt(block.length);
    else runs.push(BigInt(at), BigInt(block.length));
    end = at + block.length;
  }
  return sha256(Buffer.concat(data), runs, [BigInt(runs.length / 2), BigInt(bytes.length)]);
}

it('holes and zeros that were written are the same, however they are found', () => {
  const path = sparseFile();
  const expected = runHash(readFileSync(path));
  expect(hashFile(Buffer.from(path), undefined)).toBe(expected);
  expect(hashFile(Buffer.from(path), addon().nextData)).toBe(expected);
});

it('what is said to be a hole is not read', () => {
  const path = Buffer.from(sparseFile());
  expect(hashFile(path, () => undefined)).toBe(runHash(Buffer.alloc(40 * MB)));
});

it.each([0, 1, 65_535, 65_536, 65_537, 200_000])('a file of %i bytes', (size) => {
  const path = join(temp(), 'file');
  const bytes = Buffer.alloc(size, 'x');
  writeFileSync(path, bytes);
  expect(hashFile(Buffer.from(path), addon().nextData)).toBe(runHash(bytes));
});

it('a recorded file with holes has the hash of the file, of either version', async () => {
  const path = sparseFile();
  const { recording } = await scripted({}, ({ main }) => {
    main.create('sparse');
    main.truncate('sparse', 40 * MB);
    for (const [offset, bytes] of WRITES) main.write('sparse', bytes, offset);
  });
  const state = (await recording.state(recording.length)) as TreeState;
  const node = state.lookup('/work/app/sparse') as Node;
  const bytes = readFileSync(path);
  expect(await hashContent(recording, state, node, 2)).toBe(runHash(bytes));
  expect(await hashContent(recording, state, node, 1)).toBe(sha256(bytes));
});
