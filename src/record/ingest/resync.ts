import type { NodeTruth } from '../../events/event.js';
import { typeOfMode } from '../../timeline/base-node.js';
import type { EventToWrite, RecordingWriter } from '../writer.js';
import type { Model } from './model.js';
import { isMounted } from './mount-table.js';
import { BY_DK, noteGap } from './note-gap.js';
import type { Pipeline } from './pipeline.js';
import { liveBytes, liveNames, liveTruth } from './read-back.js';
import type { RunEnd } from './run-end.js';

/**
 * After the command has ended: reads back what the records could not tell (law 3), and what shared mappings left.
 */
export async function resync(pipeline: Pipeline, roots: readonly string[], { endNs, atLarge }: RunEnd): Promise<void> {
  const { writer, ingest } = pipeline;
  const { model, doubts, exclusion } = ingest;
  const tsNs = Math.max(endNs, ingest.lastNs);
  const emit: Emit = (event, data = null) => {
    if (!exclusion.matches(event.path)) writer.append({ tsNs, ...BY_DK, ...event } as EventToWrite, data);
  };

  if (atLarge > 0) {
    noteGap(writer, tsNs, 'processes that the command left behind could not be stopped for the proof');
    doubts.all = true;
  }
  if (doubts.all) {
    for (const root of roots) restoreTree(model, emit, root);
    for (const file of [...touched(writer)]) for (const path of model.state.pathsOf(file)) restore(model, emit, path);
    emit({ kind: 'resync', file: 0, path: '', truth: null });
    return;
  }
  const inDoubt = [...doubts.files].flatMap((file) => [...model.state.pathsOf(file)]);
  for (const path of new Set([...inDoubt, ...doubts.paths])) restore(model, emit, path);
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

type Emit = (event: { path: string; [field: string]: unknown }, data?: Iterable<Uint8Array> | null) => void;

function* touched(writer: RecordingWriter): Generator<number> {
  yield* writer.model.freeze().touchedFiles();
}

/** Makes the model's tree below `path` what the live one is. */
function restoreTree(model: Model, emit: Emit, path: string): void {
  restore(model, emit, path);
  const at = model.state.resolve(path);
  if (!at.found || model.state.typeOf(at.file) !== 'dir') return;
  const live = liveNames(path);
  const there = new Set(live);
  const known = [...writerChildren(model, at.file)];
  for (const name of known) if (!there.has(name)) restoreTree(model, emit, join(path, name));
  for (const name of live) restoreTree(model, emit, join(path, name));
}

function writerChildren(model: Model, dir: number): Iterable<string> {
  return [...model.state.freeze().children(dir)].map((entry) => entry.name);
}

function join(dir: string, name: string): string {
  return dir === '/' ? `/${name}` : `${dir}/${name}`;
}

/** One path: a resync event unless model and disk agree without reading content. */
function restore(model: Model, emit: Emit, path: string): void {
  if (isMounted(path)) return; // nothing of it can be seen from here
  const truth = liveTruth(path);
  const at = model.state.resolve(path);
  const file = at.found ? at.file : 0;
  if (truth === null) {
    if (file !== 0) emit({ kind: 'resync', file, path, truth: null });
    return;
  }
  if (file !== 0 && isUntouchedBase(model, file, truth)) return;
  const isFile = typeOfMode(truth.mode) === 'file';
  const target = file !== 0 && model.state.typeOf(file) === typeOfMode(truth.mode) ? file : model.newFile();
  if (file !== 0 && target !== file) emit({ kind: 'resync', file, path, truth: null });
  emit({ kind: 'resync', file: target, path, truth }, isFile ? liveBytes(path) : null);
  model.namesChanged(target);
}

/** False when the file's time is one that was set, or from before, and the live file has another. */
function hasTime({ state }: Model, file: number, truth: NodeTruth): boolean {
  const mtimeNs = (state.rec(file) ?? state.base.node(file))?.mtimeNs ?? null;
  return mtimeNs === null || mtimeNs === truth.mtimeNs;
}

function isUntouchedBase(model: Model, file: number, truth: NodeTruth): boolean {
  const { state } = model;
  const base = state.base.node(file);
  if (base === undefined || state.rec(file)?.touched === true) return false;
  return base.mode === truth.mode && base.sizeBytes === truth.sizeBytes && base.mtimeNs === truth.mtimeNs;
}
