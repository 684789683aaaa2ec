import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Store, openStore } from '../../src/catalog/store.js';
import type { RecordingInfo } from '../../src/catalog/types.js';
import { StreamWriter } from '../../src/cas/stream-writer.js';
import type { DkEvent } from '../../src/events/event.js';
import { writtenStream } from '../../src/events/event.js';
import { createIndex } from '../../src/index/open-index.js';
import { newRecording } from './recording-info.js';

export interface StoredRecording {
  store: Store;
  info: RecordingInfo;
  folder: string;
  events: DkEvent[];
  base: Buffer;
}

/** A sealed recording of `count` writes to three files, in a new store. */
export async function storedRecording(home: string, count = 10): Promise<StoredRecording> {
  const store = openStore(home, { create: true });
  const { id } = store.create(newRecording({ label: 'sample', events: count }));
  const folder = store.folderOf(id);
  const live = await createIndex(folder);
  const blobs = store.blobWriter();
  const streams = new StreamWriter(blobs, (stream, piece) => live.writer.putPiece(stream, piece));
  const events = Array.from({ length: count }, (_, i): DkEvent => {
    const file = 100 + (i % 3);
    const bytes = Buffer.from(`line ${i} of file ${file}\n`.repeat(5));
    const off = streams.append(writtenStream(file), bytes);
    return {
      seq: i + 1,
      tsNs: i * 1000,
      durNs: 9,
      pid: 7,
      tid: 7,
      comm: 'cc',
      proc: 1,
      file,
      path: `/w/${file}`,
      kind: 'file.write',
      offset: off,
      length: bytes.length,
      data: { stream: writtenStream(file), off },
    };
  });
  for (const event of events) live.writer.append(event);
  streams.flushAll();
  blobs.close();
  live.writer.putProcess({
    proc: 1,
    pid: 7,
    parent: 0,
    argv: ['cc'],
    exe: '/bin/cc',
    cwd: '/w',
    firstSeq: 1,
    lastSeq: 0,
  });
  live.writer.putMeta('proof', Buffer.from('proof'));
  await live.seal();
  const base = Buffer.from('base manifest '.repeat(100));
  writeFileSync(join(folder, 'base.bin'), base);
  const info = store.update(id, (before) => ({ ...before, state: 'sealed' }));
  return { store, info, folder, events, base };
}
