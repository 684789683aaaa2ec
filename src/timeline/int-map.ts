/**
 * A persistent map from small integers (file ids) to values: a 32-way radix trie. An edit owns the branches it has
 * copied and changes them in place until it is frozen, so a run of changes costs one copy of each branch it meets.
 * Keys are never removed.
 */
const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** Identity of one edit; branches and values that carry it may be changed in place by that edit alone. */
export class Owner {
  // A field makes the class nominal: any other object is not an owner.
  readonly isOwner = true;
}

class Branch {
  constructor(
    readonly owner: Owner | null,
    readonly slots: unknown[],
  ) {}
}

export const MAX_KEY = 2 ** 30 - 1;

export class IntMap<V> {
  static readonly empty = new IntMap<never>(new Branch(null, []), 0, 0);

  private constructor(
    private readonly root: Branch,
    /** Bits to shift a key by to find its slot in the root. */
    private readonly shift: number,
    readonly size: number,
  ) {}

  get(key: number): V | undefined {
    if (key >>> this.shift >= WIDTH) return undefined;
    let branch = this.root;
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      const next = branch.slots[(key >>> shift) & MASK];
      if (next === undefined) return undefined;
      branch = next as Branch;
    }
    return branch.slots[key & MASK] as V | undefined;
  }

  /** The map with the value set; branches that `owner` has copied before are changed in place. */
  set(key: number, value: V, owner: Owner | null): IntMap<V> {
    let { root, shift } = this;
    while (key >>> shift >= WIDTH) {
      const slots: unknown[] = [];
      if (this.size > 0) slots[0] = root;
      root = new Branch(owner, slots);
      shift += BITS;
    }
    let added = 1;
    root = own(root, owner);
    let branch = root;
    for (let level = shift; level > 0; level -= BITS) {
      const slot = (key >>> level) & MASK;
      const next = branch.slots[slot] as Branch | undefined;
      const owned = next === undefined ? new Branch(owner, []) : own(next, owner);
      branch.slots[slot] = owned;
      branch = owned;
    }
    if (branch.slots[key & MASK] !== undefined) added = 0;
    branch.slots[key & MASK] = value;
    if (root === this.root && added === 0) return this;
    return new IntMap<V>(root, shift, this.size + added);
  }

  /** Ascending by key. */
  *entries(): Generator<[number, V]> {
    yield* walk<V>(this.root, this.shift, 0);
  }

  /** Keys whose values are not the same object in both maps, ascending; branches both share are not visited. */
  static *differences<V>(a: IntMap<V>, b: IntMap<V>): Generator<[key: number, inA: V | undefined, inB: V | undefined]> {
    const shift = Math.max(a.shift, b.shift);
    yield* compare<V>(a.rootAt(shift), b.rootAt(shift), shift, 0);
  }

  /** The root under as many single-slot branches as bring it to `shift`. */
  private rootAt(shift: number): Branch {
    let root = this.root;
    for (let at = this.shift; at < shift; at += BITS) root = new Branch(null, this.size > 0 ? [root] : []);
    return root;
  }
}

function own(branch: Branch, owner: Owner | null): Branch {
  return owner !== null && branch.owner === owner ? branch : new Branch(owner, branch.slots.slice());
}

function* walk<V>(branch: Branch, shift: number, prefix: number): Generator<[number, V]> {
  for (let slot = 0; slot < branch.slots.length; slot++) {
    const item = branch.slots[slot];
    if (item === undefined) continue;
    const key = prefix | (slot << shift);
    if (shift === 0) yield [key, item as V];
    else yield* walk<V>(item as Branch, shift - BITS, key);
  }
}

const NONE = new Branch(null, []);

function* compare<V>(
  a: Branch,
  b: Branch,
  shift: number,
  prefix: number,
): Generator<[number, V | undefined, V | undefined]> {
  const slots = Math.max(a.slots.length, b.slots.length);
  for (let slot = 0; slot < slots; slot++) {
    const inA = a.slots[slot];
    const inB = b.slots[slot];
    if (inA === inB) continue;
    const key = prefix | (slot << shift);
    if (shift === 0) yield [key, inA as V | undefined, inB as V | undefined];
    else yield* compare<V>((inA as Branch | undefined) ?? NONE, (inB as Branch | undefined) ?? NONE, shift - BITS, key);
  }
}
