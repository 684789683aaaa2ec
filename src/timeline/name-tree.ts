import { toBytes } from '../events/byte-string.js';
import { Frontier, fromItems, items, type Seq, Tree } from './balanced.js';
import type { Owner } from './int-map.js';

/** One name of a directory. `file` 0: the name stood here once and is gone (it hides a base entry, and the proof expects nothing there). */
export class NameEntry {
  constructor(
    readonly name: string,
    readonly file: number,
  ) {}

  get length(): number {
    return 1;
  }
}

/** What a directory's names have become, over its base entries; ordered by the names' bytes. */
export type NameTree = Seq<NameEntry>;

/** Order of the names' bytes. */
export function compareNames(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA === unitB) continue;
    // Below the surrogates, UTF-16 and UTF-8 order agree, and so do two units that stand for bytes (byte-string.ts).
    if (unitA < 0xd800 && unitB < 0xd800) return unitA - unitB;
    if (isByte(unitA) && isByte(unitB)) return unitA - unitB;
    return Buffer.compare(toBytes(a), toBytes(b));
  }
  return a.length - b.length;
}

const isByte = (unit: number): boolean => unit >= 0xdc80 && unit <= 0xdcff;

/** The entry's file, 0 when the name is gone, undefined when nothing is recorded about it. */
export function nameIn(tree: NameTree, name: string): number | undefined {
  let at = tree;
  while (at !== null) {
    const order = compareNames(name, at.item.name);
    if (order === 0) return at.item.file;
    at = order < 0 ? at.left : at.right;
  }
  return undefined;
}

/** `owner`: the edit that this belongs to, if any. */
export function withName(tree: NameTree, name: string, file: number, owner: Owner | null = null): Tree<NameEntry> {
  if (tree === null) return new Tree(null, new NameEntry(name, file), null, owner);
  const order = compareNames(name, tree.item.name);
  if (order === 0) return new Tree(tree.left, new NameEntry(name, file), tree.right, owner);
  return order < 0
    ? tree.between(withName(tree.left, name, file, owner), tree.right, owner)
    : tree.between(tree.left, withName(tree.right, name, file, owner), owner);
}

/** Many names at once; `changes` in order of the names is much faster than one by one. */
export function withNames(tree: NameTree, changes: readonly NameEntry[]): NameTree {
  const inOrder = changes.every(
    (one, at) => at === 0 || compareNames((changes[at - 1] as NameEntry).name, one.name) < 0,
  );
  if (!inOrder || changes.length * 8 < (tree?.count ?? 0)) {
    return changes.reduce<NameTree>((grown, { name, file }) => withName(grown, name, file), tree);
  }
  const merged: NameEntry[] = [];
  let at = 0;
  for (const entry of items(tree)) {
    let order = 1;
    for (; at < changes.length; at++) {
      order = compareNames((changes[at] as NameEntry).name, entry.name);
      if (order >= 0) break;
      merged.push(changes[at] as NameEntry);
    }
    if (at === changes.length || order > 0) merged.push(entry);
  }
  return fromItems([...merged, ...changes.slice(at)]);
}

/** Entries that differ, in order; undefined where a tree has none. Subtrees that both share are skipped. */
export function* nameDifferences(
  a: NameTree,
  b: NameTree,
): Generator<[name: string, inA: number | undefined, inB: number | undefined]> {
  const left = new Frontier(a);
  const right = new Frontier(b);
  for (;;) {
    const nextA = left.peek();
    const nextB = right.peek();
    if (nextA === undefined && nextB === undefined) return;
    if (nextA === nextB) {
      left.skip();
      right.skip();
    } else if (nextA instanceof Tree && (!(nextB instanceof Tree) || nextA.count >= nextB.count)) {
      left.open();
    } else if (nextB instanceof Tree) {
      right.open();
    } else {
      const a = nextA as NameEntry | undefined;
      const order = a === undefined ? 1 : nextB === undefined ? -1 : compareNames(a.name, nextB.name);
      if (order <= 0) left.skip();
      if (order >= 0) right.skip();
      const inA = order <= 0 ? a?.file : undefined;
      const inB = order >= 0 ? nextB?.file : undefined;
      if (inA !== inB) yield [(order <= 0 ? (a as NameEntry) : (nextB as NameEntry)).name, inA, inB];
    }
  }
}
