/** Reads the index of one recording out of any sorted map. */
import { wrongVersion } from '../cas/format-version.js';
import { Lru } from '../cas/lru.js';
import { DkError } from '../errors.js';
import type { DkEvent, ProcessInfo } from '../events/event.js';
import { ByteReader } from './byte-reader.js';
import { EVENTS_PER_BLOCK, decodeEventBlock, eventBlockSize } from './event-block.js';
import { INDEX_VERSION, INDEX_VERSION_WITHOUT_ZEROS, Section, key, metaKey, numberOf, prefixRange } from './keys.js';
import type { Entry, KvReader } from './kv.js';
import { decodeHistory, decodePiece, decodeProcess } from './records.js';
import type { IndexReader, StreamPiece } from './types.js';

/** Decoded blocks that are kept; one takes about 1 MB. */
const CACHE_BYTES = 24 << 20;
const EVENT_BYTES = 400;
const LAST = Number.MAX_SAFE_INTEGER;

interface Block {
  first: number;
  events: DkEvent[];
}

export class KvIndexReader implements IndexReader {
  readonly #kv: KvReader;
  readonly #blocks = new Lru<number, Block>(CACHE_BYTES);
  #length: number | undefined;

  /** DkError 'unsupported' when the index has another version, 'damaged' when it has none. */
  constructor(kv: KvReader) {
    this.#kv = kv;
    const value = kv.get(metaKey('version'));
    if (value === undefined) {
      throw new DkError(
        'damaged',
        `${kv.name} is not the index of a recording: it has no version.`,
        'Check the path, or record once more.',
      );
    }
    const version = new ByteReader(value, kv.name).uint();
    if (version !== INDEX_VERSION && version !== INDEX_VERSION_WITHOUT_ZEROS)
      throw wrongVersion(kv.name, version, INDEX_VERSION);
  }

  async length(): Promise<number> {
    if (this.#length !== undefined) return this.#length;
    const last = await this.#kv.floor(key(Section.events, 0), key(Section.events, LAST));
    if (last === undefined) return 0;
    const first = numberOf(last.key, 0);
    const length = first + eventBlockSize(last.value, this.#where(`event block ${first}`)).count - 1;
    if (this.#kv.sealed) this.#length = length;
    return length;
  }

  async *events(from: number, to: number, options: { reverse?: boolean } = {}): AsyncIterable<DkEvent> {
    const step = options.reverse ? -1 : 1;
    let seq = options.reverse ? Math.min(to, await this.length()) : Math.max(from, 1);
    while (seq >= from && seq <= to) {
      const block = await this.#blockWith(seq);
      if (block === undefined) return;
      for (let event = block.events[seq - block.first]; event; event = block.events[seq - block.first]) {
        if (seq < from || seq > to) return;
        yield event;
        seq += step;
      }
    }
  }

  async event(seq: number): Promise<DkEvent | undefined> {
    if (!(seq >= 1 && Number.isSafeInteger(seq))) return undefined;
    const block = await this.#blockWith(seq);
    return block?.events[seq - block.first];
  }

  async history(file: number): Promise<number[]> {
    const { from, to } = prefixRange(key(Section.history, file));
    const where = this.#where(`history of file ${file}`);
    // While it is written, blocks may come in after the length was asked for.
    const most = this.#kv.sealed ? await this.length() : LAST;
    const seqs: number[] = [];
    for await (const entry of this.#kv.range(from, to)) {
      for (const seq of decodeHistory(entry.value, { after: seqs.at(-1) ?? 0, most }, where)) seqs.push(seq);
    }
    return seqs;
  }

  async stream(stream: number, off: number, length: number): Promise<StreamPiece[]> {
    const end = Math.min(off + length, LAST);
    if (end <= off) return [];
    const pieces: StreamPiece[] = [];
    const before = await this.#kv.floor(key(Section.streams, stream, 0), key(Section.streams, stream, off));
    const from = before?.key ?? key(Section.streams, stream, off);
    for await (const entry of this.#kv.range(from, key(Section.streams, stream, end))) {
      const piece = this.#piece(stream, entry);
      if (piece.off + piece.length > off) pieces.push(piece);
    }
    return pieces;
  }

  async nextPiece(stream: number, off: number): Promise<number | undefined> {
    for await (const entry of this.#kv.range(key(Section.streams, stream, off), key(Section.streams, stream, LAST)))
      return numberOf(entry.key, 1);
    return undefined;
  }

  async streamLength(stream: number): Promise<number> {
    const last = await this.#kv.floor(key(Section.streams, stream, 0), key(Section.streams, stream, LAST));
    if (last === undefined) return 0;
    const piece = this.#piece(stream, last);
    return piece.off + piece.length;
  }

  async keyframe(seq: number): Promise<{ seq: number; bytes: Buffer } | undefined> {
    const entry = await this.#kv.floor(key(Section.keyframes, 0), key(Section.keyframes, seq));
    return entry && { seq: numberOf(entry.key, 0), bytes: entry.value };
  }

  async processes(): Promise<ProcessInfo[]> {
    const { from, to } = prefixRange(Buffer.of(Section.processes));
    const found: ProcessInfo[] = [];
    for await (const { key: at, value } of this.#kv.range(from, to)) {
      const proc = numberOf(at, 0);
      found.push(decodeProcess(proc, value, this.#where(`process ${proc}`)));
    }
    return found;
  }

  async meta(name: string): Promise<Buffer | undefined> {
    return this.#kv.get(metaKey(name));
  }

  async close(): Promise<void> {
    await this.#kv.close();
  }

  #piece(stream: number, entry: Entry): StreamPiece {
    const off = numberOf(entry.key, 1);
    return decodePiece(off, entry.value, this.#where(`stream ${stream} at ${off}`));
  }

  /** The block that holds the event; undefined when there is none. */
  async #blockWith(seq: number): Promise<Block | undefined> {
    for (const block of this.#blocks.values()) if (holds(block, seq)) return this.#blocks.get(block.first);
    const entry = await this.#kv.floor(key(Section.events, 0), key(Section.events, seq));
    if (entry === undefined) return undefined;
    const first = numberOf(entry.key, 0);
    const where = this.#where(`event block ${first}`);
    const block = { first, events: decodeEventBlock(entry.value, first, where) };
    // A block of a recording in progress may still grow.
    if (this.#kv.sealed || block.events.length >= EVENTS_PER_BLOCK) {
      const { count, rawLength } = eventBlockSize(entry.value, where);
      this.#blocks.set(first, block, count * EVENT_BYTES + rawLength);
    }
    return holds(block, seq) ? block : undefined;
  }

  #where(what: string): string {
    return `${this.#kv.name}, ${what},`;
  }
}

function holds(block: Block, seq: number): boolean {
  return seq >= block.first && seq < block.first + block.events.length;
}
