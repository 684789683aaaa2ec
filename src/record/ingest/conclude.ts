import type { RecordingInfo } from '../../catalog/types.js';
import type { WriterTotals } from '../writer.js';
import type { Pipeline } from './pipeline.js';
import { resync } from './resync.js';

export interface Conclusion {
  totals: WriterTotals;
  verified: RecordingInfo['verified'];
  problems: string[];
}

/** The command has ended: everything that is left goes into the recording, the disk is compared with it, and it is sealed. */
export async function concludeRun(pipeline: Pipeline, roots: readonly string[], endNs: number): Promise<Conclusion> {
  pipeline.complete();
  resync(pipeline.writer, pipeline.ingest.model, pipeline.ingest.doubts, roots, endNs);
  const result = await pipeline.seal(null);
  return { ...result, verified: null };
}
