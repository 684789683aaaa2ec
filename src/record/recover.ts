import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { Pipeline } from './ingest/pipeline.js';

/**
 * Makes a recording whose recorder died readable up to the last whole frame of its journal (law 5). It stays marked
 * `interrupted`: nobody compared its end with the disk. Done once; starts over when it is killed itself, for the journal
 * goes only after everything else is in place.
 */
export async function recoverRecording(store: Store, info: RecordingInfo): Promise<RecordingInfo> {
  const folder = store.folderOf(info.id);
  if (!store.claim(info.id)) {
    throw new DkError(
      'io',
      `The recording ${info.id} is being recovered by another process.`,
      'Wait a moment, then try again.',
    );
  }
  const pipeline = await Pipeline.open(store, folder, info.excludes, info.cwd);
  await pipeline.complete();
  const { totals } = await pipeline.seal(null);
  return store.update(info.id, (current) => ({
    ...current,
    ...totals,
    durationNs: Math.max(0, pipeline.ingest.lastNs),
    state: 'interrupted',
  }));
}
