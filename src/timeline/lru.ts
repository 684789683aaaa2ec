/** A cache that drops what was used longest ago once the weights add up to more than `limit`. */
export class Lru<K, V> {
  private readonly entries = new Map<K, V>();
  private used = 0;

  constructor(
    private readonly limit: number,
    private readonly weigh: (value: V) => number = () => 1,
  ) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    const before = this.entries.get(key);
    if (before !== undefined) this.used -= this.weigh(before);
    this.entries.delete(key);
    this.entries.set(key, value);
    this.used += this.weigh(value);
    for (const [oldest, dropped] of this.entries) {
      if (this.used <= this.limit || oldest === key) break;
      this.entries.delete(oldest);
      this.used -= this.weigh(dropped);
    }
  }

  keys(): Iterable<K> {
    return this.entries.keys();
  }
}
