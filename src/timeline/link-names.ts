import type { NodeName } from './base-node.js';
import { countOf, items, type Seq } from './balanced.js';
import { compareNames } from './name-tree.js';
import { findIn, type OrderOf, putIn, removeFrom } from './sorted-set.js';

class LinkName implements NodeName {
  constructor(
    readonly parent: number,
    readonly name: string,
  ) {}

  get length(): number {
    return 1;
  }
}

const orderOf =
  (parent: number, name: string): OrderOf<LinkName> =>
  (one) =>
    parent - one.parent || compareNames(name, one.name);

/** The names of one file, immutable: thousands of hard links come and go one by one, at the cost of one each. */
export class LinkNames {
  static readonly none = new LinkNames(null);

  private constructor(private readonly tree: Seq<LinkName>) {}

  static of(names: Iterable<NodeName>): LinkNames {
    let all = LinkNames.none;
    for (const { parent, name } of names) all = all.with(parent, name);
    return all;
  }

  get size(): number {
    return countOf(this.tree);
  }

  /** Any of them; the only one of a directory. */
  get one(): NodeName | undefined {
    return this.tree?.item;
  }

  /** True when the other has the same; undefined has none. */
  equals(other: LinkNames | undefined): boolean {
    if (this.size !== (other?.size ?? 0)) return false;
    for (const { parent, name } of this) if (!other?.has(parent, name)) return false;
    return true;
  }

  has(parent: number, name: string): boolean {
    return findIn(this.tree, orderOf(parent, name)) !== undefined;
  }

  with(parent: number, name: string): LinkNames {
    return new LinkNames(putIn(this.tree, new LinkName(parent, name), orderOf(parent, name)));
  }

  without(parent: number, name: string): LinkNames {
    const tree = removeFrom(this.tree, orderOf(parent, name));
    return tree === this.tree ? this : tree === null ? LinkNames.none : new LinkNames(tree);
  }

  [Symbol.iterator](): Iterator<NodeName> {
    return this.tree?.count === 1 ? [this.tree.item].values() : items(this.tree);
  }
}
