import { countOf, items, type Seq } from './balanced.js';
import { compareNames } from './name-tree.js';
import { findIn, type OrderOf, putIn } from './sorted-set.js';

class Attribute {
  constructor(
    readonly name: string,
    /** null: removed. */
    readonly value: Uint8Array | null,
  ) {}

  get length(): number {
    return 1;
  }
}

const orderOf =
  (name: string): OrderOf<Attribute> =>
  (one) =>
    compareNames(name, one.name);

/** Extended attributes as events left them, immutable: one change costs the same however many there are. */
export class Attributes {
  static readonly none = new Attributes(null);

  private constructor(private readonly tree: Seq<Attribute>) {}

  static of(entries: Iterable<readonly [name: string, value: Uint8Array | null]>): Attributes {
    return Attributes.none.withAll(entries);
  }

  get size(): number {
    return countOf(this.tree);
  }

  has(name: string): boolean {
    return findIn(this.tree, orderOf(name)) !== undefined;
  }

  /** null: removed; undefined: nothing is recorded about it. */
  get(name: string): Uint8Array | null | undefined {
    return findIn(this.tree, orderOf(name))?.value;
  }

  with(name: string, value: Uint8Array | null): Attributes {
    return new Attributes(putIn(this.tree, new Attribute(name, value), orderOf(name)));
  }

  withAll(entries: Iterable<readonly [name: string, value: Uint8Array | null]>): Attributes {
    let all: Attributes = this;
    for (const [name, value] of entries) all = all.with(name, value);
    return all;
  }

  *[Symbol.iterator](): Generator<[name: string, value: Uint8Array | null]> {
    for (const { name, value } of items(this.tree)) yield [name, value];
  }
}
