import { extentDifferences } from './extents.js';
import { IntMap } from './int-map.js';
import { compareNames, nameDifferences } from './name-tree.js';
import type { NodeView, Rec } from './rec.js';
import type { TreeState } from './state.js';
import type { TreeChange } from './types.js';
import { childPath } from './child-path.js';

/**
 * What differs between two states of one recording, in path order. Work is in proportion to what changed between them:
 * rows and directories that both states share are never looked at. A path that stands in both is one row even when
 * another file stands there; of the others, the same file under another name is a rename.
 */
export function diffStates(before: TreeState, after: TreeState): TreeChange[] {
  const gone = new Map<string, number>();
  const come = new Map<string, number>();
  const changes: TreeChange[] = [];
  for (const [file, recBefore, recAfter] of IntMap.differences(before.recs, after.recs)) {
    collectEntries(before, after, file, entryDifferences(recBefore, recAfter), gone, come);
    const change = changeOf(before.node(file), after.node(file));
    if (change === undefined) continue;
    const pathsBefore = new Set(before.pathsOf(file));
    for (const path of after.pathsOf(file)) {
      if (pathsBefore.has(path)) changes.push({ ...change, path, oldPath: path });
    }
  }
  for (const [path, file] of come) {
    const was = gone.get(path);
    if (was === undefined) continue;
    gone.delete(path);
    come.delete(path);
    const change = was === file ? undefined : changeOf(before.node(was), after.node(file));
    if (change !== undefined) changes.push({ ...change, path, oldPath: path });
  }
  const leftPaths = new Map<number, string[]>();
  for (const [path, file] of gone) leftPaths.set(file, [...(leftPaths.get(file) ?? []), path]);
  for (const [path, file] of come) {
    const oldPath = leftPaths.get(file)?.shift();
    const node = after.node(file);
    if (oldPath === undefined) {
      changes.push({ change: 'added', path, oldPath: path, before: undefined, after: node });
    } else {
      gone.delete(oldPath);
      changes.push({ change: 'renamed', path, oldPath, before: before.node(file), after: node });
    }
  }
  for (const [path, file] of gone) {
    changes.push({ change: 'deleted', path, oldPath: path, before: before.node(file), after: undefined });
  }
  return changes.sort((a, b) => compareNames(a.path, b.path));
}

/** True when the nodes have different bytes, or bytes that came from different writes. */
export function contentDiffers(before: NodeView, after: NodeView): boolean {
  if (before.sizeBytes !== after.sizeBytes || before.uncertain !== after.uncertain) return true;
  return !extentDifferences(before.content(), after.content()).next().done;
}

function entryDifferences(
  before: Rec | undefined,
  after: Rec | undefined,
): Iterable<[string, number | undefined, number | undefined]> {
  const a = before?.entries ?? null;
  const b = after?.entries ?? null;
  return a === b ? [] : nameDifferences(a, b);
}

/** Entries of one directory that went and that came. */
function collectEntries(
  before: TreeState,
  after: TreeState,
  dir: number,
  entries: Iterable<[string, number | undefined, number | undefined]>,
  gone: Map<string, number>,
  come: Map<string, number>,
): void {
  let paths: [before: string | undefined, after: string | undefined] | undefined;
  for (const [name, was, is] of entries) {
    paths ??= [before.pathOf(dir), after.pathOf(dir)];
    collect(before, paths[0], name, was ?? before.base.child(dir, name), gone);
    collect(after, paths[1], name, is ?? after.base.child(dir, name), come);
  }
}

/** The path of the entry and, when it is a directory, of everything below it. */
function collect(
  state: TreeState,
  dirPath: string | undefined,
  name: string,
  file: number,
  into: Map<string, number>,
): void {
  if (file === 0 || dirPath === undefined) return;
  const stack: [path: string, file: number][] = [[childPath(dirPath, name), file]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, at] = next;
    if (into.has(path)) continue;
    into.set(path, at);
    if (state.typeOf(at) !== 'dir') continue;
    for (const entry of state.children(at)) stack.push([`${path}/${entry.name}`, entry.file]);
  }
}

/** undefined when it is the same, or does not stand in both. */
function changeOf(
  before: NodeView | undefined,
  after: NodeView | undefined,
): Pick<TreeChange, 'change' | 'before' | 'after'> | undefined {
  if (before === undefined || after === undefined) return undefined;
  if (before.type !== after.type) return { change: 'type', before, after };
  return nodeDiffers(before, after) ? { change: 'modified', before, after } : undefined;
}

/** Set explicitly in between. A directory's time also moves with its entries, which are rows of their own. */
function timeDiffers(before: NodeView, after: NodeView): boolean {
  if (after.mtimeNs === null || (before.mtimeNs === null && before.type === 'dir')) return false;
  return before.mtimeNs !== after.mtimeNs;
}

function nodeDiffers(before: NodeView, after: NodeView): boolean {
  return (
    before.mode !== after.mode ||
    before.uid !== after.uid ||
    before.gid !== after.gid ||
    before.rdev !== after.rdev ||
    before.target !== after.target ||
    before.rec.xattrs !== after.rec.xattrs ||
    before.rec.flags !== after.rec.flags ||
    timeDiffers(before, after) ||
    contentDiffers(before, after)
  );
}
