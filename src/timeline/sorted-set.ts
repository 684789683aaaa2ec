import { first, type Item, join, type Seq, Tree, withoutFirst } from './balanced.js';

/** Negative when the place that is looked for lies before the item. */
export type OrderOf<T> = (item: T) => number;

/** A persistent sorted set: a change copies one path of the tree, everything else is shared with the set before. */
export function findIn<T extends Item>(tree: Seq<T>, order: OrderOf<T>): T | undefined {
  let at = tree;
  while (at !== null) {
    const side = order(at.item);
    if (side === 0) return at.item;
    at = side < 0 ? at.left : at.right;
  }
  return undefined;
}

/** With the item in its place, instead of the one that stood there. */
export function putIn<T extends Item>(tree: Seq<T>, item: T, order: OrderOf<T>): Tree<T> {
  if (tree === null) return new Tree(null, item, null);
  const side = order(tree.item);
  if (side === 0) return new Tree(tree.left, item, tree.right);
  return side < 0
    ? join(putIn(tree.left, item, order), tree.item, tree.right)
    : join(tree.left, tree.item, putIn(tree.right, item, order));
}

export function removeFrom<T extends Item>(tree: Seq<T>, order: OrderOf<T>): Seq<T> {
  if (tree === null) return null;
  const side = order(tree.item);
  if (side < 0) {
    const left = removeFrom(tree.left, order);
    return left === tree.left ? tree : join(left, tree.item, tree.right);
  }
  if (side > 0) {
    const right = removeFrom(tree.right, order);
    return right === tree.right ? tree : join(tree.left, tree.item, right);
  }
  return tree.right === null ? tree.left : join(tree.left, first(tree.right), withoutFirst(tree.right));
}
