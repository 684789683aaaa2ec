import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { ROOT_DIR_FILE } from '../events/event.js';
import { type PathFilter, pathFilter } from './path-filter.js';
import type { TreeState } from './state.js';
import { childPath } from './child-path.js';

/** An entry to make: `path` is its path in the recording; `sub` when it is a directory. */
export interface PlannedEntry {
  name: string;
  file: number;
  path: string;
  sub: PlannedDir | undefined;
}

/** A directory to make; its entries are found when they are asked for. file 0: one that only leads somewhere. */
export interface PlannedDir {
  file: number;
  entries(): Iterable<PlannedEntry>;
}

/** What goes into the folder: the root's content, or with several roots or `all` absolute paths below it. */
export function checkoutPlan(
  info: Pick<RecordingInfo, 'roots' | 'cwd'>,
  state: TreeState,
  options: { all?: boolean; paths?: readonly string[] },
): PlannedDir {
  const { paths } = options;
  const wanted = paths === undefined || paths.length === 0 ? undefined : pathFilter(paths, info.cwd);
  const [root] = info.roots;
  if (options.all) return pathsPlan(state, touchedPaths(state, wanted));
  if (info.roots.length !== 1 || root === undefined) {
    return pathsPlan(
      state,
      info.roots.flatMap((one) => belowPaths(state, one, wanted)),
    );
  }
  const dir = state.lookup(root);
  if (dir?.type !== 'dir') {
    throw new DkError('not-found', `${root} is no directory at event ${state.seq}.`, 'Choose another event, or --all.');
  }
  if (wanted !== undefined) return pathsPlan(state, belowPaths(state, root, wanted), root);
  return treePlan(state, dir.file, root);
}

function treePlan(state: TreeState, file: number, path: string): PlannedDir {
  return {
    file,
    *entries() {
      for (const entry of state.children(file)) {
        const at = childPath(path, entry.name);
        const isDir = state.typeOf(entry.file) === 'dir';
        yield { ...entry, path: at, sub: isDir ? treePlan(state, entry.file, at) : undefined };
      }
    },
  };
}

/** Exactly these paths, and the directories on the way to them from `from`. */
function pathsPlan(state: TreeState, paths: readonly string[], from = '/'): PlannedDir {
  const below = new Map<string, Map<string, string>>();
  for (const path of paths) {
    for (let at = path; at !== from && at !== '/'; at = parentOf(at)) {
      const dir = parentOf(at);
      const names = below.get(dir) ?? new Map<string, string>();
      below.set(dir, names);
      const name = at.slice(at.lastIndexOf('/') + 1);
      if (names.has(name)) break;
      names.set(name, at);
    }
  }
  const plan = (path: string, file: number): PlannedDir => ({
    file,
    *entries() {
      for (const [name, at] of below.get(path) ?? []) {
        const child = state.child(file, name);
        const isDir = state.typeOf(child) === 'dir';
        if (child !== 0) yield { name, file: child, path: at, sub: isDir ? plan(at, child) : undefined };
      }
    },
  });
  return plan(from, from === '/' ? ROOT_DIR_FILE : (state.lookup(from)?.file ?? 0));
}

function touchedPaths(state: TreeState, wanted: PathFilter | undefined): string[] {
  const paths: string[] = [];
  for (const file of state.touchedFiles()) {
    for (const path of state.pathsOf(file)) if (wanted === undefined || wanted(path)) paths.push(path);
  }
  return paths;
}

function belowPaths(state: TreeState, root: string, wanted: PathFilter | undefined): string[] {
  const paths: string[] = [];
  const node = state.lookup(root);
  const dirs = node?.type === 'dir' ? [treePlan(state, node.file, root)] : [];
  for (let dir = dirs.pop(); dir !== undefined; dir = dirs.pop()) {
    for (const { path, sub } of dir.entries()) {
      if (wanted === undefined || wanted(path)) paths.push(path);
      if (sub !== undefined) dirs.push(sub);
    }
  }
  return paths;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
