import { DkError } from '../errors.js';
import { MOST } from '../events/limits.js';
import type { NameEntry } from './name-tree.js';
import type { TreeState } from './state.js';

/** A row that a keyframe changes: the file, and of a directory the entries that are new. */
export interface ChangedRow {
  file: number;
  entries: readonly NameEntry[];
}

/**
 * DkError 'damaged' when the rows of a keyframe make a directory stand below itself, in two places, or too deep. Walking down
 * follows entries, walking up follows names: they must say the same of directories. Files may say what they like.
 */
export function requireTree(before: TreeState, state: TreeState, changed: readonly ChangedRow[]): void {
  const depths = new Map<number, number>();
  for (const { file, entries } of changed) {
    for (const { name, file: child } of entries) {
      if (child === 0) continue;
      const type = state.typeOf(child);
      if (type === undefined) throw noTree(state, child);
      if (type !== 'dir') continue;
      const known = state.nameOf(child);
      if (known?.parent !== file || known.name !== name) throw noTree(state, child);
    }
    if (state.typeOf(file) === 'dir') requirePlace(before, state, file, depths);
  }
}

function requirePlace(before: TreeState, state: TreeState, dir: number, depths: Map<number, number>): void {
  const rec = state.rec(dir);
  const recBefore = before.rec(dir);
  const isBase = state.base.node(dir) !== undefined;
  const wasOther = (before.typeOf(dir) ?? 'dir') !== 'dir';
  if (rec === undefined || rec.base !== isBase || wasOther || rec.names.size > 1) throw noTree(state, dir);
  if (rec.names.equals(recBefore?.names)) return;
  // A name that it got takes the place of those it had.
  if (rec.names.size === 1 && [...state.names(dir)].length > 1) throw noTree(state, dir);
  for (const { parent, name } of recBefore?.names ?? []) {
    if (!rec.names.has(parent, name) && state.child(parent, name) === dir) throw noTree(state, dir);
  }
  const way = new Set<number>();
  let at: number | undefined = dir;
  for (; at !== undefined && !depths.has(at); at = state.nameOf(at)?.parent) {
    if (way.has(at)) throw noTree(state, dir);
    way.add(at);
  }
  let depth = at === undefined ? 0 : (depths.get(at) ?? 0);
  for (const below of [...way].reverse()) depths.set(below, ++depth);
  if (depth > MOST.pathDepth) throw noTree(state, dir);
}

function noTree(state: TreeState, file: number): DkError {
  return new DkError(
    'damaged',
    `Keyframe ${state.seq} is damaged: file ${file} does not stand where its directory says, or below itself.`,
    'Get the recording again from where it came from, or record once more.',
  );
}
