import type { Store } from '../../catalog/store.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { compareProof } from '../../timeline/compare-proof.js';
import { liveFilesWith } from '../../timeline/live-files.js';
import { takeProof } from '../../timeline/proof.js';
import { encodeProof } from '../../timeline/proof-codec.js';
import { proofTools } from '../checkout-tools.js';
import { openStoredRecording } from '../open-stored.js';
import { readingAsRoot } from '../privileges.js';
import type { WriterTotals } from '../writer.js';
import { describeRest } from './journal-reader.js';
import { dropSource, type Pipeline } from './pipeline.js';
import { isMounted } from './mount-table.js';
import { noteGap } from './note-gap.js';
import { resync } from './resync.js';
import type { RunEnd } from './run-end.js';

export interface Conclusion {
  totals: WriterTotals;
  verified: RecordingInfo['verified'];
  /** What did not fit the model, and the first differences from the disk. */
  problems: string[];
  /** For the user. */
  notices: string[];
}

const MOST_REPORTED = 20;
const UNPROVEN =
  'What the command did in filesystems that it had mounted for itself stands below /[mounted] and could not be compared.';

/** The command has ended: everything that is left goes into the recording, it is sealed, and compared with the disk. */
export async function concludeRun(
  pipeline: Pipeline,
  store: Store,
  id: string,
  { roots, end, proven }: { roots: readonly string[]; end: RunEnd; proven: () => void },
): Promise<Conclusion> {
  const rest = await pipeline.complete(end.stopped === null);
  if (end.stopped !== null) {
    // Where the journal could not be written, what would be read back could not be stored either.
    noteGap(pipeline.writer, end.endNs, end.stopped);
  } else {
    if (rest.kind !== 'none') {
      noteGap(pipeline.writer, end.endNs, describeRest(rest));
      pipeline.ingest.doubts.all = true;
    }
    await resync(pipeline, roots, end);
  }
  const notices: string[] = [];
  const locate = (path: string): string | undefined => {
    if (!isMounted(path)) return path;
    if (notices.length === 0) notices.push(UNPROVEN);
    return undefined;
  };
  const state = pipeline.writer.model.freeze();
  const proof = readingAsRoot(() => takeProof(state, { ...proofTools(), locate }));
  proven();
  const { totals, problems } = await pipeline.seal(encodeProof(proof));
  await dropSource(store.folderOf(id));

  // From the stores, as any reader will have it: what is proven is what can be opened.
  const recording = await openStoredRecording(store, store.info(id), liveFilesWith(readingAsRoot));
  try {
    const { ok, paths, differences } = await compareProof(recording, proof);
    const found = differences
      .slice(0, MOST_REPORTED)
      .map((one) => `${one.path}: ${one.what}, recorded ${one.recorded}, found ${one.found}`);
    return {
      totals,
      verified: { ok, paths, differences: differences.length },
      problems: [...problems, ...found],
      notices,
    };
  } finally {
    await recording.close();
  }
}
