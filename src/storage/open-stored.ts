import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPlain } from '../cas/plain-files.js';
import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { openIndex } from '../index/open-index.js';
import type { IndexReader } from '../index/types.js';
import type { LiveReader } from '../timeline/live-files.js';
import { liveTree } from './checkout-tools.js';
import { openRecording } from '../timeline/recording.js';
import type { Recording } from '../timeline/types.js';

/** Opens a recording of the store for reading. Closing it closes everything that was opened for it. */
export async function openStoredRecording(
  store: Store,
  info: RecordingInfo,
  live: LiveReader = liveTree(),
): Promise<Recording> {
  const folder = store.folderOf(info.id);
  const basePath = join(folder, 'base.bin');
  const blobs = store.blobs();
  let index: IndexReader | undefined;
  try {
    index = await openIndex(folder);
    const recording = await openRecording({
      info,
      index,
      blobs,
      base: existsSync(basePath) ? readPlain(basePath) : undefined,
      live: info.imported === true ? undefined : live,
    });
    const close = recording.close.bind(recording);
    recording.close = async () => {
      await close();
      blobs.close();
    };
    return recording;
  } catch (error) {
    await index?.close();
    blobs.close();
    throw error;
  }
}
