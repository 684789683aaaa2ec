/** A cache bounded by the total cost of what it holds; the least recently used goes first. */
export class Lru<K, V> {
  readonly #entries = new Map<K, { value: V; cost: number }>();
  readonly #limit: number;
  #cost = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Something that costs more than the whole cache is not kept. */
  set(key: K, value: V, cost: number): void {
    this.delete(key);
    if (cost > this.#limit) return;
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#cost <= this.#limit) break;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#cost -= entry.cost;
  }

  values(): Iterable<V> {
    return [...this.#entries.values()].map((entry) => entry.value);
  }
}
