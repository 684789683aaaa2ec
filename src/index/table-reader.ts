/** Reads a table in place. Every block's checksum is verified before a byte of it is used. */
import { wrongVersion } from '../cas/format-version.js';
import { Lru } from '../cas/lru.js';
import type { RandomAccess } from '../cas/random-access.js';
import { MOST } from '../events/limits.js';
import { ByteReader } from './byte-reader.js';
import type { Entry, KvReader } from './kv.js';
import type { Footer } from './table-format.js';
import {
  FOOTER_BYTES,
  HEADER_BYTES,
  TABLE_MAGIC,
  TABLE_VERSION,
  damagedTable,
  decodeBlock,
  decodeFooter,
  readEntries,
} from './table-format.js';

const CACHE_BYTES = 16 << 20;

interface BlockPlace {
  lastKey: Buffer;
  offset: number;
  size: number;
}

export class TableReader implements KvReader {
  readonly sealed = true;
  readonly entries: number;
  readonly #file: RandomAccess;
  readonly #blocks: readonly BlockPlace[];
  readonly #cache = new Lru<number, readonly Entry[]>(CACHE_BYTES);

  /** Takes the file over: close() closes it. */
  constructor(file: RandomAccess) {
    this.#file = file;
    const footer = readFooter(file);
    this.entries = footer.entries;
    this.#blocks = readIndex(file, footer);
  }

  get name(): string {
    return this.#file.name;
  }

  get(key: Buffer): Buffer | undefined {
    const entries = this.#load(this.#blockOf(key));
    const entry = entries[lowerBound(entries, key, keyOf)];
    return entry?.key.equals(key) ? entry.value : undefined;
  }

  async floor(from: Buffer, to: Buffer): Promise<Entry | undefined> {
    const block = this.#blockOf(to);
    const entries = this.#load(block);
    const at = lowerBound(entries, to, keyOf);
    const entry = entries[at]?.key.equals(to) ? entries[at] : (entries[at - 1] ?? this.#load(block - 1).at(-1));
    return entry && Buffer.compare(entry.key, from) >= 0 ? entry : undefined;
  }

  async *range(from: Buffer, to: Buffer): AsyncIterable<Entry> {
    for (let block = this.#blockOf(from); block < this.#blocks.length; block++) {
      for (const entry of this.#load(block)) {
        if (Buffer.compare(entry.key, from) < 0) continue;
        if (Buffer.compare(entry.key, to) >= 0) return;
        yield entry;
      }
    }
  }

  /** Everything, ascending, past the cache: for copying and checking. */
  async *all(): AsyncIterable<Entry> {
    for (const place of this.#blocks) yield* this.#read(place);
  }

  async close(): Promise<void> {
    this.#file.close();
  }

  /** Number of the block that would hold the key; blocks.length when it is past the last. */
  #blockOf(key: Buffer): number {
    return lowerBound(this.#blocks, key, (block) => block.lastKey);
  }

  #load(number: number): readonly Entry[] {
    const place = this.#blocks[number];
    if (place === undefined) return [];
    const kept = this.#cache.get(number);
    if (kept !== undefined) return kept;
    const entries = this.#read(place);
    const cost = entries.reduce((sum, entry) => sum + entry.key.length + entry.value.length + 128, 0);
    this.#cache.set(number, entries, cost);
    return entries;
  }

  #read({ offset, size, lastKey }: BlockPlace): Entry[] {
    const where = `${this.name}, block at offset ${offset}`;
    const entries = readEntries(readBlock(this.#file, offset, size, where), where);
    if (!entries.at(-1)?.key.equals(lastKey)) throw damagedTable(where, 'it is not the block that the index names');
    return entries;
  }
}

function readBlock(file: RandomAccess, offset: number, size: number, where: string): Buffer {
  if (size > MOST.tableBlockBytes) throw damagedTable(where, `it is said to have ${size} bytes`);
  return decodeBlock(file.read(offset, size), where);
}

const keyOf = (entry: Entry): Buffer => entry.key;

/** First position whose key is not below `key`. */
function lowerBound<T>(items: readonly T[], key: Buffer, of: (item: T) => Buffer): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(of(items[middle] as T), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readFooter(file: RandomAccess): Footer {
  if (file.sizeBytes < HEADER_BYTES + FOOTER_BYTES) throw damagedTable(file.name, 'it is too short for a table');
  const header = file.read(0, HEADER_BYTES);
  if (!header.subarray(0, 8).equals(TABLE_MAGIC))
    throw damagedTable(`${file.name}, offset 0`, 'it does not begin as a table does');
  const version = header.readUInt32LE(8);
  if (version !== TABLE_VERSION) throw wrongVersion(file.name, version, TABLE_VERSION);
  const at = file.sizeBytes - FOOTER_BYTES;
  const footer = decodeFooter(file.read(at, FOOTER_BYTES));
  if (footer === undefined || footer.fileSize !== file.sizeBytes || footer.indexOffset + footer.indexSize !== at) {
    throw damagedTable(`${file.name}, footer at offset ${at}`, 'it is cut short or changed');
  }
  return footer;
}

function readIndex(file: RandomAccess, footer: Footer): BlockPlace[] {
  const where = `${file.name}, index at offset ${footer.indexOffset}`;
  const lines = readEntries(readBlock(file, footer.indexOffset, footer.indexSize, where), where);
  let expected = HEADER_BYTES;
  const blocks = lines.map(({ key, value }) => {
    const reader = new ByteReader(value, where);
    const place = { lastKey: key, offset: reader.uint(), size: reader.uint() };
    if (place.offset !== expected) reader.damaged('its blocks do not follow each other');
    expected = place.offset + place.size;
    return place;
  });
  if (expected !== footer.indexOffset) throw damagedTable(where, 'its blocks do not follow each other');
  return blocks;
}
