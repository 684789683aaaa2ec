import type { NodeTruth } from '../../events/event.js';
import { typeOfMode } from '../../timeline/base-node.js';
import type { EventToWrite } from '../writer.js';
import type { Model } from '../names/model.js';
import { isMounted } from '../../linux/mount-table.js';
import { BY_DK, noteGap } from '../apply/note-gap.js';
import type { Pipeline } from '../pipeline.js';
import { liveBytes, liveTruth } from '../live/read-back.js';
import { type Emit, Restorer } from './restore.js';
import type { RunEnd } from './run-end.js';

/** How dk's own events at the end are written. */
export function emitter({ writer, ingest }: Pipeline, endNs: number): Emit {
  const tsNs = Math.max(endNs, ingest.lastNs);
  return (event, data = null) => {
    if (!ingest.exclusion.matches(event.path)) writer.append({ tsNs, ...BY_DK, ...event } as EventToWrite, data);
  };
}

/**
 * After the command has ended: reads back what the records could not tell (law 3), and what shared mappings left.
 */
export async function resync(
  pipeline: Pipeline,
  { roots, skips }: { roots: readonly string[]; skips: (path: string) => boolean },
  { endNs, atLarge }: RunEnd,
): Promise<void> {
  const { writer, ingest } = pipeline;
  const { model, doubts } = ingest;
  const emit = emitter(pipeline, endNs);
  const restorer = new Restorer(model, emit, { skips });

  if (atLarge > 0) {
    const tsNs = Math.max(endNs, ingest.lastNs);
    noteGap(writer, tsNs, 'processes that the command left behind could not be stopped for the proof');
    doubts.all = true;
  }
  if (doubts.all) {
    for (const root of roots) restorer.tree(root);
    for (const file of [...model.state.freeze().touchedFiles()])
      for (const path of model.state.pathsOf(file)) restorer.one(path);
    emit({ kind: 'resync', file: 0, path: '', truth: null, nlink: null });
    return;
  }
  const inDoubt = [...doubts.files].flatMap((file) => [...model.state.pathsOf(file)]);
  for (const path of new Set([...inDoubt, ...doubts.paths])) restorer.one(path);
  if (doubts.mapped.size === 0) return;
  const recorded = await pipeline.recorded();
  for (const file of doubts.mapped) {
    const path = model.state.pathOf(file);
    const truth = path === undefined || isMounted(path) || doubts.files.has(file) ? null : liveTruth(path);
    if (path === undefined || truth === null || typeOfMode(truth.mode) !== 'file' || truth.sizeBytes === 0) continue;
    const isSame = await recorded.equals(file, path);
    // Storing the bytes that are there moves the time all the same.
    if (isSame && hasTime(model, file, truth)) continue;
    const length = isSame ? 0 : truth.sizeBytes;
    emit({ kind: 'file.sync', file, path, offset: 0, length }, isSame ? [] : liveBytes(path));
  }
}

/** False when the file's time is one that was set, or from before, and the live file has another. */
function hasTime({ state }: Model, file: number, truth: NodeTruth): boolean {
  const mtimeNs = (state.rec(file) ?? state.base.node(file))?.mtimeNs ?? null;
  return mtimeNs === null || mtimeNs === truth.mtimeNs;
}
