import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../cas/plain-files.js';
import { replaceFile, writeFailed } from '../cas/replace-file.js';
import type { BlobStore } from '../cas/blob-store.js';
import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { eventBlockSize } from '../index/event-block.js';
import type { Entry } from '../index/kv.js';
import { Section, numberOf } from '../index/keys.js';
import { indexTable } from '../index/open-index.js';
import { decodePiece } from '../index/records.js';
import { encodeTable } from '../index/table-writer.js';
import { damagedBundle } from './bundle-format.js';
import { type Bundle, openBundle } from './open-bundle.js';

/**
 * Takes a bundle into the store, checking all of it: every block, every object. Returns what is then in the store.
 * DkError 'usage' when the recording is there already. When anything fails, no recording has appeared.
 */
export async function importBundle(file: string, store: Store): Promise<RecordingInfo> {
  const bundle = await openBundle(file);
  const folder = store.temporaryFolder(bundle.info.id);
  try {
    store.requireAbsent(bundle.info.id);
    makeRecordingFolder(folder);
    const blobs = store.blobWriter();
    try {
      await replaceFile(indexTable(folder), encodeTable(checked(bundle, blobs, file)));
    } finally {
      blobs.close();
    }
    if (bundle.base !== undefined) await replaceFile(join(folder, 'base.bin'), [bundle.base]);
    const state = bundle.info.state === 'sealed' ? 'sealed' : 'interrupted';
    const info: RecordingInfo = { ...bundle.info, state, imported: true };
    store.adopt(folder, info);
    return info;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await bundle.close();
  }
}

/** The entries of the index, with the objects they refer to put into the store on the way. */
async function* checked({ table, blobs }: Bundle, store: BlobStore, file: string): AsyncGenerator<Entry> {
  const stored = new Set<string>();
  for await (const entry of table.all()) {
    const section = entry.key[0];
    if (section === Section.events)
      eventBlockSize(entry.value, `${table.name}, event block ${numberOf(entry.key, 0)},`);
    if (section === Section.streams) {
      const piece = decodePiece(numberOf(entry.key, 1), entry.value, table.name);
      if (piece.sha256 === null) continue;
      const bytes = blobs.read(piece.sha256);
      if (piece.blobOff + piece.length > bytes.length) {
        throw damagedBundle(
          `${file}, stream ${numberOf(entry.key, 0)}`,
          `it needs more of object ${piece.sha256} than there is`,
        );
      }
      if (!stored.has(piece.sha256)) store.put(bytes);
      stored.add(piece.sha256);
    }
    yield entry;
  }
}

function makeRecordingFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw writeFailed(folder, error);
  }
}
