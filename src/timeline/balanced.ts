import type { Owner } from './int-map.js';

/**
 * Persistent sequences as weight-balanced trees, built on one operation, `join` (Blelloch, Ferizovic, Sun: "Just Join
 * for Parallel Ordered Sets", 2016). Every change copies one path; everything else is shared with the version before.
 * Items have a `length`, so a tree can be cut at a position (extents) as well as at a key (names).
 * A run of changes by one edit (int-map.ts) copies each node it meets once.
 */
export interface Item {
  readonly length: number;
}

export class Tree<T extends Item> {
  /** Number of items. */
  count: number;
  /** Sum of the items' lengths. */
  total: number;

  constructor(
    public left: Tree<T> | null,
    readonly item: T,
    public right: Tree<T> | null,
    /** The edit that may change this node in place; all others copy it. */
    private readonly owner: Owner | null = null,
  ) {
    this.count = 1 + countOf(left) + countOf(right);
    this.total = item.length + totalOf(left) + totalOf(right);
  }

  /** The item between other subtrees, of which at most one item more or less is in one. In place for its owner. */
  between(left: Tree<T> | null, right: Tree<T> | null, owner: Owner | null): Tree<T> {
    if (!areBalanced(left, right)) return rebalance(left, this.item, right);
    if (owner === null || this.owner !== owner) return new Tree(left, this.item, right, owner);
    this.left = left;
    this.right = right;
    this.count = 1 + countOf(left) + countOf(right);
    this.total = this.item.length + totalOf(left) + totalOf(right);
    return this;
  }
}

export type Seq<T extends Item> = Tree<T> | null;

export const countOf = <T extends Item>(tree: Seq<T>): number => (tree === null ? 0 : tree.count);
export const totalOf = <T extends Item>(tree: Seq<T>): number => (tree === null ? 0 : tree.total);

/** A subtree may weigh at most DELTA times its sibling; GAMMA decides between single and double rotation. */
const DELTA = 3;
const GAMMA = 2;
const weight = <T extends Item>(tree: Seq<T>): number => countOf(tree) + 1;

function areBalanced<T extends Item>(left: Seq<T>, right: Seq<T>): boolean {
  return weight(left) <= DELTA * weight(right) && weight(right) <= DELTA * weight(left);
}

/** left, item, right in this order, balanced. O(difference of the heights). */
export function join<T extends Item>(left: Seq<T>, item: T, right: Seq<T>): Tree<T> {
  if (left !== null && weight(left) > DELTA * weight(right)) {
    return rebalance(left.left, left.item, join(left.right, item, right));
  }
  if (right !== null && weight(right) > DELTA * weight(left)) {
    return rebalance(join(left, item, right.left), right.item, right.right);
  }
  return new Tree(left, item, right);
}

/** For children that are balanced themselves and at most slightly out of balance with each other. */
function rebalance<T extends Item>(left: Seq<T>, item: T, right: Seq<T>): Tree<T> {
  if (right !== null && weight(right) > DELTA * weight(left)) {
    const inner = right.left;
    if (inner === null || weight(inner) < GAMMA * weight(right.right)) {
      return new Tree(new Tree(left, item, inner), right.item, right.right);
    }
    return new Tree(new Tree(left, item, inner.left), inner.item, new Tree(inner.right, right.item, right.right));
  }
  if (left !== null && weight(left) > DELTA * weight(right)) {
    const inner = left.right;
    if (inner === null || weight(inner) < GAMMA * weight(left.left)) {
      return new Tree(left.left, left.item, new Tree(inner, item, right));
    }
    return new Tree(new Tree(left.left, left.item, inner.left), inner.item, new Tree(inner.right, item, right));
  }
  return new Tree(left, item, right);
}

export function first<T extends Item>(tree: Tree<T>): T {
  let at = tree;
  while (at.left !== null) at = at.left;
  return at.item;
}

export function last<T extends Item>(tree: Tree<T>): T {
  let at = tree;
  while (at.right !== null) at = at.right;
  return at.item;
}

export function withoutFirst<T extends Item>(tree: Tree<T>): Seq<T> {
  return tree.left === null ? tree.right : join(withoutFirst(tree.left), tree.item, tree.right);
}

export function withoutLast<T extends Item>(tree: Tree<T>): Seq<T> {
  return tree.right === null ? tree.left : join(tree.left, tree.item, withoutLast(tree.right));
}

export function replaceLast<T extends Item>(tree: Tree<T>, item: T): Tree<T> {
  return tree.right === null
    ? new Tree(tree.left, item, null)
    : new Tree(tree.left, tree.item, replaceLast(tree.right, item));
}

/** A balanced tree over items that are in order already. */
export function fromItems<T extends Item>(items: readonly T[], from = 0, to = items.length): Seq<T> {
  if (from >= to) return null;
  const middle = (from + to) >>> 1;
  return new Tree(fromItems(items, from, middle), items[middle] as T, fromItems(items, middle + 1, to));
}

/** Walks a tree from the left, a whole subtree or a single item at a time, so that shared subtrees can be skipped. */
export class Frontier<T extends Item> {
  private readonly stack: (Tree<T> | T)[] = [];

  constructor(tree: Seq<T>) {
    if (tree !== null) this.stack.push(tree);
  }

  /** What comes next, undefined at the end. */
  peek(): Tree<T> | T | undefined {
    return this.stack[this.stack.length - 1];
  }

  skip(): void {
    this.stack.pop();
  }

  /** Splits the subtree that comes next into its left part, item and right part. */
  open(): void {
    const tree = this.stack.pop() as Tree<T>;
    if (tree.right !== null) this.stack.push(tree.right);
    this.stack.push(tree.item);
    if (tree.left !== null) this.stack.push(tree.left);
  }
}

export function* items<T extends Item>(tree: Seq<T>): Generator<T> {
  const frontier = new Frontier(tree);
  for (let next = frontier.peek(); next !== undefined; next = frontier.peek()) {
    if (next instanceof Tree) {
      frontier.open();
    } else {
      frontier.skip();
      yield next;
    }
  }
}
