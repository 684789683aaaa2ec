import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
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

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

it('a file with holes has the hash of all its bytes, however they are found', () => {
  const path = sparseFile();
  const expected = sha256(readFileSync(path));
  expect(hashFile(Buffer.from(path), undefined)).toBe(expected);
  expect(hashFile(Buffer.from(path), addon().nextData)).toBe(expected);
});

it('what is said to be a hole is not read', () => {
  const path = Buffer.from(sparseFile());
  expect(hashFile(path, () => undefined)).toBe(sha256(Buffer.alloc(40 * MB)));
});

it('a recorded file with holes has the hash of all its bytes', async () => {
  const path = sparseFile();
  const { recording } = await scripted({}, ({ main }) => {
    main.create('sparse');
    main.truncate('sparse', 40 * MB);
    for (const [offset, bytes] of WRITES) main.write('sparse', bytes, offset);
  });
  const state = (await recording.state(recording.length)) as TreeState;
  const node = state.lookup('/work/app/sparse') as Node;
  expect(await hashContent(recording, state, node)).toBe(sha256(readFileSync(path)));
});
