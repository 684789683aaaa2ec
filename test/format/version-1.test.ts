/**
 * A bundle of format version 1 that is kept for ever: whatever changes, it must read as it did. It is never written
 * again once a release has made such bundles (until then: DK_WRITE_FIXTURE=1 npx vitest run test/format/version-1).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportBundle } from '../../src/bundle/export-bundle.js';
import { importBundle } from '../../src/bundle/import-bundle.js';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { openStore } from '../../src/catalog/store.js';
import type { DkEvent, ProcessInfo } from '../../src/events/event.js';
import { createIndex } from '../../src/index/open-index.js';
import { FIRST_KINDS } from '../support/every-kind.js';
import { newRecording } from '../support/recording-info.js';
import { tempFolders } from '../support/temp-folder.js';

const FIXTURE = join(import.meta.dirname, 'fixtures/version-1.dk.zip');
const tempFolder = tempFolders();
const text = Buffer.from('what was written to the file');
const make: ProcessInfo = {
  proc: 1,
  pid: 4000,
  parent: 0,
  argv: ['make', 'all'],
  exe: '/usr/bin/make',
  cwd: '/w',
  firstSeq: 1,
  lastSeq: 23,
};

async function writeFixture(): Promise<void> {
  const store = openStore(tempFolder(), { create: true });
  const { id } = store.create(newRecording({ label: 'every kind', events: FIRST_KINDS.length }));
  const folder = store.folderOf(id);
  const live = await createIndex(folder);
  const blobs = store.blobWriter();
  for (const event of FIRST_KINDS) live.writer.append(event);
  live.writer.putPiece(81, { off: 0, length: 22, sha256: blobs.put(text), blobOff: 3 });
  live.writer.putPiece(81, {
    off: 22,
    length: 4000,
    sha256: blobs.put(Buffer.alloc(4000, 'compressible ')),
    blobOff: 0,
  });
  live.writer.putKeyframe(20, Buffer.from('keyframe at 20'));
  live.writer.putProcess(make);
  live.writer.putMeta('proof', Buffer.from('the proof'));
  blobs.close();
  await live.seal();
  writeFileSync(join(folder, 'base.bin'), 'the base manifest');
  const info = store.update(id, (before) => ({ ...before, state: 'sealed', marks: [{ name: 'here', seq: 5 }] }));
  await exportBundle({ info, folder, blobs: store.blobs() }, FIXTURE);
  store.close();
}

beforeAll(async () => {
  if (process.env.DK_WRITE_FIXTURE === '1') await writeFixture();
});

async function all(events: AsyncIterable<DkEvent>): Promise<DkEvent[]> {
  const found: DkEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

describe('a bundle of format version 1', () => {
  it('reads as on the day it was made', async () => {
    const { info, index, blobs, base, close } = await openBundle(FIXTURE);
    expect(info).toStrictEqual({
      ...newRecording({ label: 'every kind', events: FIRST_KINDS.length }),
      id: info.id,
      version: 1,
      state: 'sealed',
      marks: [{ name: 'here', seq: 5 }],
    });
    expect(base?.toString()).toBe('the base manifest');
    expect(await all(index.events(1, 100))).toStrictEqual(FIRST_KINDS);
    expect(await index.history(44)).toEqual([12]);
    expect(await index.history(45)).toEqual([13]);
    expect(await index.processes()).toStrictEqual([make]);
    expect(await index.keyframe(26)).toEqual({ seq: 20, bytes: Buffer.from('keyframe at 20') });
    expect(await index.meta('proof')).toEqual(Buffer.from('the proof'));
    const pieces = await index.stream(81, 0, 1e9);
    expect(pieces).toEqual([
      { off: 0, length: 22, sha256: '7456ec78d0a52371b3ba29ef510b3015b1cdf18cef6bfefe0a54fe64e06d8fc1', blobOff: 3 },
      { off: 22, length: 4000, sha256: pieces[1]?.sha256, blobOff: 0 },
    ]);
    expect(blobs.read(pieces[0]?.sha256 ?? '')).toEqual(text);
    expect(blobs.read(pieces[1]?.sha256 ?? '')).toEqual(Buffer.alloc(4000, 'compressible '));
    await close();
  });

  it('can be imported', async () => {
    const store = openStore(tempFolder(), { create: true });
    const info = await importBundle(FIXTURE, store);
    expect(store.list()).toStrictEqual([info]);
    store.close();
  });
});
