import { basename, dirname } from 'node:path/posix';
import type { DkEvent } from '../events/event.js';
import type { Node, NodeType, State } from '../timeline/types.js';
import { type ChangeLetter, eventText, filesOf } from './event-text.js';
import { ancestors, isInside } from './display-path.js';
import type { OpenDirs } from './open-dirs.js';
import type { PathFilter } from './path-filter.js';
import { childPath } from '../timeline/child-path.js';

export interface TreeRow {
  /** Distinguishes rows; stable while the tree stays the same. */
  key: string;
  /** 0 for rows that name no file. */
  file: number;
  /** Absolute; '' for rows that name no file. */
  path: string;
  name: string;
  depth: number;
  type: NodeType | 'more' | 'group';
  open: boolean;
  /** What the event at the playhead did to it. */
  letter: ChangeLetter | null;
  /** The event removed this name: it is shown once more, struck out. */
  gone: boolean;
  /** Some event up to the playhead changed it. */
  touched: boolean;
  sizeBytes: number | null;
  /** Link target. */
  target: string | null;
}

export interface TreeRequest {
  state: State;
  /** The state one event earlier; undefined at the base. */
  before: State | undefined;
  event: DkEvent | undefined;
  roots: readonly string[];
  openDirs: OpenDirs;
  filter: PathFilter | null;
  touchedOnly: boolean;
}

/** A directory shows at most this many entries; what the event changed is always among them. */
const MAX_ENTRIES = 1000;
/** Entries beyond this are not even counted. */
const MAX_SCAN = 5000;
const MAX_OUTSIDE = 200;
const MAX_TOUCHED_SCAN = 2000;

interface Change {
  letter: ChangeLetter;
  gone: boolean;
}

export function treeRows(request: TreeRequest): TreeRow[] {
  const changes = changesAt(request.event, request.before, request.state);
  const rows: TreeRow[] = [];
  for (const root of request.roots) {
    const node = request.state.lookup(root) ?? request.before?.lookup(root);
    if (node === undefined) continue;
    rows.push(nodeRow(node, root, root, 0, request, changes));
    if (node.type === 'dir' && request.openDirs.isOpen(node.file, true))
      walk(node.file, root, 1, request, changes, rows);
  }
  pushOutside(request, changes, rows);
  return rows;
}

/** Names that the event made, changed or removed, by absolute path. */
function changesAt(event: DkEvent | undefined, before: State | undefined, after: State): Map<string, Change> {
  const changes = new Map<string, Change>();
  if (event === undefined) return changes;
  const { letter } = eventText(event);
  if (letter === null) return changes;
  const paths = [event.path, ...('newPath' in event ? [event.newPath] : [])];
  for (const path of paths) {
    const gone = after.lookup(path) === undefined;
    if (gone && before?.lookup(path) === undefined) continue;
    changes.set(path, { letter: gone && letter !== 'R' ? 'D' : letter, gone });
  }
  if (event.kind === 'link.create') changes.set(event.path, { letter: 'M', gone: false });
  // A write through a descriptor reaches the file wherever it stands now.
  for (const file of filesOf(event)) {
    const path = after.pathOf(file);
    if (path !== undefined && !changes.has(path)) changes.set(path, { letter, gone: false });
  }
  return changes;
}

function walk(
  dir: number,
  path: string,
  depth: number,
  request: TreeRequest,
  changes: Map<string, Change>,
  rows: TreeRow[],
): void {
  const { state, before, openDirs } = request;
  let hidden = 0;
  for (const entry of entriesOf(dir, path, state, changes)) {
    if (entry === null) {
      hidden += 1;
      continue;
    }
    const child = childPath(path, entry.name);
    const node = entry.file === 0 ? before?.lookup(child) : state.node(entry.file);
    if (node === undefined) continue;
    const isOpen = node.type === 'dir' && entry.file !== 0 && openDirs.isOpen(node.file, false);
    const mark = rows.length;
    rows.push(nodeRow(node, child, entry.name, depth, request, changes));
    if (isOpen) walk(node.file, child, depth + 1, request, changes, rows);
    const leadsSomewhere = rows.length > mark + 1 || changes.has(child);
    if (!leadsSomewhere && isFilteredOut(child, node, request)) rows.length = mark;
  }
  if (hidden > 0) rows.push(labelRow(`more:${path}`, `… ${hidden === MAX_SCAN ? 'many' : hidden} more`, depth, 'more'));
}

/** Directory entries with the names that the event removed put back in order; null for each entry beyond the limit. */
function* entriesOf(
  dir: number,
  path: string,
  state: State,
  changes: Map<string, Change>,
): Iterable<{ name: string; file: number } | null> {
  const ghosts = [...changes].filter(
    ([changed, change]) => change.gone && dirname(changed) === path && changed !== '/',
  );
  const ghostNames = ghosts.map(([changed]) => basename(changed)).sort();
  let shown = 0;
  let scanned = 0;
  for (const entry of state.children(dir)) {
    while (ghostNames[0] !== undefined && ghostNames[0] < entry.name)
      yield { name: ghostNames.shift() as string, file: 0 };
    shown += 1;
    if (shown <= MAX_ENTRIES || changes.has(childPath(path, entry.name))) yield entry;
    else yield null;
    if (++scanned >= MAX_ENTRIES + MAX_SCAN) break;
  }
  for (const name of ghostNames) yield { name, file: 0 };
}

function isFilteredOut(path: string, node: Node, { filter, touchedOnly, state }: TreeRequest): boolean {
  if (filter !== null && !filter.matchesPath(path)) return true;
  if (!touchedOnly || node.touched) return false;
  return node.type !== 'dir' || !holdsTouched(path, state);
}

const touchedDirsOf = new WeakMap<State, Set<string> | null>();

/** Whether a touched file stands below the directory, as far as can be told cheaply (true when it cannot). */
function holdsTouched(dir: string, state: State): boolean {
  let dirs = touchedDirsOf.get(state);
  if (dirs === undefined) {
    dirs = touchedDirs(state);
    touchedDirsOf.set(state, dirs);
  }
  return dirs === null || dirs.has(dir);
}

function touchedDirs(state: State): Set<string> | null {
  const dirs = new Set<string>();
  let scanned = 0;
  for (const file of state.touchedFiles()) {
    if (++scanned > MAX_TOUCHED_SCAN) return null;
    const path = state.pathOf(file);
    if (path !== undefined) for (const dir of ancestors(path)) dirs.add(dir);
  }
  return dirs;
}

/** Files that were changed but stand outside of the roots, under their absolute paths. */
function pushOutside(request: TreeRequest, changes: Map<string, Change>, rows: TreeRow[]): void {
  const { state, before, roots, filter } = request;
  const found = new Map<string, Node>();
  let scanned = 0;
  for (const file of state.touchedFiles()) {
    if (++scanned > MAX_TOUCHED_SCAN || found.size >= MAX_OUTSIDE) break;
    const path = state.pathOf(file);
    const node = state.node(file);
    if (path !== undefined && node !== undefined) found.set(path, node);
  }
  for (const path of changes.keys()) {
    const node = state.lookup(path) ?? before?.lookup(path);
    if (node !== undefined) found.set(path, node);
  }
  const outside = [...found]
    .filter(([path]) => !roots.some((root) => isInside(path, root)))
    .filter(([path]) => filter === null || filter.matchesPath(path) || changes.has(path))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (outside.length === 0) return;
  rows.push(labelRow('outside', 'elsewhere', 0, 'group'));
  for (const [path, node] of outside) rows.push(nodeRow(node, path, path, 1, request, changes));
}

function nodeRow(
  node: Node,
  path: string,
  name: string,
  depth: number,
  { openDirs }: TreeRequest,
  changes: Map<string, Change>,
): TreeRow {
  const change = changes.get(path);
  return {
    key: path,
    file: node.file,
    path,
    name,
    depth,
    type: node.type,
    open: node.type === 'dir' && change?.gone !== true && openDirs.isOpen(node.file, depth === 0),
    letter: change?.letter ?? null,
    gone: change?.gone ?? false,
    touched: node.touched,
    sizeBytes: node.type === 'file' ? node.sizeBytes : null,
    target: node.target,
  };
}

function labelRow(key: string, name: string, depth: number, type: 'more' | 'group'): TreeRow {
  return {
    key,
    file: 0,
    path: '',
    name,
    depth,
    type,
    open: false,
    letter: null,
    gone: false,
    touched: false,
    sizeBytes: null,
    target: null,
  };
}

/** Directories that lead to what the event changed, in the state where they exist. */
export function dirsOnTheWay(event: DkEvent, before: State | undefined, after: State): number[] {
  const paths = [event.path, ...('newPath' in event ? [event.newPath] : [])].filter((path) => path !== '');
  const dirs = new Set<number>();
  for (const dir of paths.flatMap(ancestors)) {
    const node = after.lookup(dir) ?? before?.lookup(dir);
    if (node?.type === 'dir') dirs.add(node.file);
  }
  return [...dirs];
}
