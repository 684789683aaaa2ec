import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesBelow, refusal } from '../catalog/room.js';
import type { Store } from '../catalog/store.js';
import { openTemporaryStore } from '../catalog/temporary-store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { indexTable } from '../index/open-index.js';
import { describeRest } from '../journal/journal-reader.js';
import { journalFolder, preimageFolder } from './assembly.js';
import { dropSource, Pipeline } from './pipeline.js';
import { noteGap } from './apply/note-gap.js';

export interface Recovered {
  info: RecordingInfo;
  /** Where it can be read: the store itself, or a temporary one, to be closed after reading. */
  store: Store;
  /** Why it is a temporary one, as the end of a sentence. */
  refused?: string;
}

/** Killed before the command was started: nothing is known of the files. */
const NO_BASE = 'dk ended before it had listed the files';

/** What recovery writes beside the bytes themselves: the index, the manifest, the catalogue. */
const MARGIN_BYTES = 16 << 20;

/**
 * Makes a recording whose recorder died readable up to the last whole frame of its journal (law 5). It stays marked
 * `interrupted`: nobody compared its end with the disk. Done once; starts over when it is killed itself, for the journal
 * goes only after everything else is in place. A store that is full or may not be written stays as it is: then the
 * result stands in a temporary store.
 */
export async function recoverRecording(store: Store, info: RecordingInfo): Promise<Recovered> {
  const folder = store.folderOf(info.id);
  const baseBytes = statSync(join(folder, 'base.bin'), { throwIfNoEntry: false })?.size ?? 0;
  const needBytes = bytesBelow(journalFolder(folder)) + bytesBelow(preimageFolder(folder)) + baseBytes + MARGIN_BYTES;
  const refused = refusal(folder, needBytes);
  const isWhole = existsSync(indexTable(folder));
  if (refused === undefined) return { info: await recoverInPlace(store, info, isWhole), store };
  if (isWhole) return { info, store };
  const temporary = openTemporaryStore(info, folder, needBytes);
  try {
    return { info: await replay(temporary, info, folder), store: temporary, refused };
  } catch (error) {
    temporary.close();
    throw error;
  }
}

/** `isWhole`: only the manifest was not finished. */
async function recoverInPlace(store: Store, info: RecordingInfo, isWhole: boolean): Promise<RecordingInfo> {
  if (!store.claim(info.id)) {
    throw new DkError(
      'io',
      `The recording ${info.id} is being recovered by another process.`,
      'Wait a moment, then try again.',
    );
  }
  const folder = store.folderOf(info.id);
  if (!isWhole) return replay(store, info, folder);
  await dropSource(folder);
  return store.update(info.id, (current) => ({ ...current, state: 'interrupted' }));
}

/** Turns journal and pre-images of `source` into a recording of the store. */
async function replay(store: Store, info: RecordingInfo, source: string): Promise<RecordingInfo> {
  const pipeline = await Pipeline.open({ store, id: info.id, source }, info);
  try {
    const rest = await pipeline.complete(false);
    const damage = rest.kind === 'damaged' ? describeRest(rest) : undefined;
    if (damage !== undefined) noteGap(pipeline.writer, pipeline.ingest.lastNs, damage);
    const { preimageDamage } = pipeline; // has its gap already
    if (!existsSync(join(source, 'base.bin'))) noteGap(pipeline.writer, 0, NO_BASE);
    await pipeline.seal(null);
    // What is damaged stays, for whoever can make more of it.
    const isSound = damage === undefined && preimageDamage === undefined;
    if (isSound && source === store.folderOf(info.id)) await dropSource(source);
    const notices = [
      ...(damage === undefined ? [] : [`Events may be missing at the end: ${damage}.`]),
      ...(preimageDamage === undefined ? [] : [`What stood there before is not all known: ${preimageDamage}.`]),
    ];
    return store.update(info.id, (current) => ({
      ...current,
      state: 'interrupted',
      notices: [...current.notices, ...notices],
    }));
  } catch (error) {
    await pipeline.abandon().catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
}
