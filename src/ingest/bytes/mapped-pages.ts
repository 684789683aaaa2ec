export const PAGE_BYTES = 4096;
/** Pages remembered, over all files: 64 MiB. */
const MOST_PAGES = 16_384;
const ZEROS = Buffer.alloc(PAGE_BYTES);

/**
 * What shared mappings held when they were last read. A mapping is read whole, whatever was stored in it since: this tells
 * which bytes those are.
 */
export class MappedPages {
  private readonly files = new Map<number, Map<number, Buffer>>();
  private pages = 0;

  /** The bytes of [offset, offset + bytes.length) that are news. `isEmpty`: whether a page is known to be zeros. */
  news(
    file: number,
    offset: number,
    bytes: Buffer,
    isEmpty: (offset: number) => boolean,
  ): { offset: number; bytes: Buffer } | undefined {
    let from = bytes.length;
    let to = 0;
    const known = this.files.get(file) ?? new Map<number, Buffer>();
    this.files.set(file, known);
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
      const page = bytes.subarray(at, at + PAGE_BYTES);
      const before = known.get(offset + at) ?? (isEmpty(offset + at) ? ZEROS : undefined);
      if (before === undefined) {
        from = Math.min(from, at);
        to = at + page.length;
      } else {
        const length = Math.min(page.length, before.length);
        if (page.equals(before.subarray(0, length))) continue;
        let [first, last] = [0, page.length - 1];
        while (first < length && page[first] === before[first]) first += 1;
        while (last < length && last > first && page[last] === before[last]) last -= 1;
        from = Math.min(from, at + first);
        to = at + last + 1;
      }
      if (!known.has(offset + at)) this.pages += 1;
      known.set(offset + at, Buffer.from(page));
    }
    if (this.pages > MOST_PAGES) this.forgetAll();
    return from < to ? { offset: offset + from, bytes: bytes.subarray(from, to) } : undefined;
  }

  /** The file was changed otherwise. */
  forget(file: number): void {
    this.pages -= this.files.get(file)?.size ?? 0;
    this.files.delete(file);
  }

  private forgetAll(): void {
    this.files.clear();
    this.pages = 0;
  }
}
