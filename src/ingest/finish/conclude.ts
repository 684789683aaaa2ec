import { realpathSync } from 'node:fs';
import type { Store } from '../../catalog/store.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { compareProof } from '../../timeline/compare-proof.js';
import { encodeProof } from '../../timeline/proof-codec.js';
import { liveTree } from '../../storage/checkout-tools.js';
import { openStoredRecording } from '../../storage/open-stored.js';
import { readingAsRoot } from '../../native/privileges.js';
import type { WriterTotals } from '../writer.js';
import { describeRest } from '../../journal/journal-reader.js';
import { isBelow, isMounted } from '../../linux/mount-table.js';
import { endFile } from '../assembly.js';
import { dropSource, type Pipeline } from '../pipeline.js';
import { noteGap } from '../apply/note-gap.js';
import { resync } from './resync.js';
import { Reconciler } from './reconcile.js';
import type { RootWalk, RunEnd } from './run-end.js';

/** What is recorded, as far as the end needs it. */
export interface ConcludeJob {
  id: string;
  roots: readonly string[];
  preimageLimitBytes: number;
}

export interface Conclusion {
  totals: WriterTotals;
  verified: RecordingInfo['verified'];
  /** Why that is null. */
  unverified?: string;
  /** What did not fit the model, and the first differences from the disk. */
  problems: string[];
  /** For the user. */
  notices: string[];
}

const MOST_REPORTED = 20;
const UNPROVEN =
  'What the command did in filesystems that it had mounted for itself stands below /[mounted] and could not be compared.';
/** Why a run is not verified when the roots were not looked at, or not all of them. */
const NOT_WALKED: Readonly<Record<Exclude<RootWalk, 'whole'>, string>> = {
  'no-base': 'no base manifest',
  cut: 'more than a million entries in the roots',
  failed: 'the roots could not be looked at again',
};

/** The command has ended: everything that is left goes into the recording, it is compared with the disk, and sealed. */
export async function concludeRun(
  pipeline: Pipeline,
  store: Store,
  { id, roots, preimageLimitBytes: limitBytes }: ConcludeJob,
  { end, walked, proven }: { end: RunEnd; walked: Promise<RootWalk>; proven: () => void },
): Promise<Conclusion> {
  const home = realpathSync(store.home);
  const skips = (path: string): boolean => isBelow(path, home);
  const rest = await pipeline.complete(end.stopped === null);
  const reconciler = new Reconciler(pipeline, { roots, skips, limitBytes, endNs: end.endNs });
  let unverified: string | undefined;
  if (end.stopped !== null) {
    // Where the journal could not be written, what would be read back could not be stored either.
    noteGap(pipeline.writer, end.endNs, end.stopped);
    unverified = 'recording stopped early';
  } else {
    if (rest.kind !== 'none') {
      noteGap(pipeline.writer, end.endNs, describeRest(rest));
      pipeline.ingest.doubts.all = true;
    }
    await resync(pipeline, { roots, skips }, end);
    const walk = await walked;
    if (walk === 'whole') await reconciler.roots(endFile(store.folderOf(id)));
    else unverified = NOT_WALKED[walk];
  }
  const notices: string[] = [];
  const locate = (path: string): string | undefined => {
    if (!isMounted(path)) return path;
    if (notices.length === 0) notices.push(UNPROVEN);
    return undefined;
  };
  const { proof, hashes } =
    end.stopped === null
      ? await reconciler.touched(locate)
      : { proof: reconciler.look(locate), hashes: new Map<number, Promise<string | undefined>>() };
  proven();
  const { totals, problems } = await pipeline.seal(encodeProof(proof));
  await dropSource(store.folderOf(id));

  // Once more from the sealed stores, as any reader will have it. Contents that were compared are not read again.
  const recording = await openStoredRecording(store, store.info(id), liveTree(readingAsRoot));
  try {
    const { ok, paths, differences } = await compareProof(recording, proof, { hashes });
    const found = differences
      .slice(0, MOST_REPORTED)
      .map((one) => `${one.path}: ${one.what}, recorded ${one.recorded}, found ${one.found}`);
    return {
      totals,
      ...(ok && unverified !== undefined
        ? { verified: null, unverified }
        : { verified: { ok, paths, differences: differences.length } }),
      problems: [...problems, ...found],
      notices,
    };
  } finally {
    await recording.close();
  }
}
