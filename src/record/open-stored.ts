import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { openIndex } from '../index/open-index.js';
import { liveTree } from './checkout-tools.js';
import { openRecording } from '../timeline/recording.js';
import type { Recording } from '../timeline/types.js';

/** Opens a recording of the store for reading. Closing it closes everything that was opened for it. */
export async function openStoredRecording(store: Store, info: RecordingInfo): Promise<Recording> {
  const folder = store.folderOf(info.id);
  const basePath = join(folder, 'base.bin');
  const blobs = store.blobs();
  const recording = await openRecording({
    info,
    index: await openIndex(folder),
    blobs,
    base: existsSync(basePath) ? readFileSync(basePath) : undefined,
    live: info.imported === true ? undefined : liveTree(),
  });
  const close = recording.close.bind(recording);
  recording.close = async () => {
    await close();
    blobs.close();
  };
  return recording;
}
