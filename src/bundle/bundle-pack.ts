import { encodeObject, encodePackHeader, sha256Of } from '../cas/pack-format.js';
import { StreamWriter } from '../cas/stream-writer.js';
import { type BlobReader, type DataPart, isZeros, type ObjectPlace, type Sha256 } from '../cas/types.js';
import { baseStream } from '../events/event.js';
import type { Entry } from '../index/kv.js';
import { INDEX_VERSION, Section, key, metaKey, numberOf, versionValue } from '../index/keys.js';
import { decodePiece, encodePiece } from '../index/records.js';
import { BundleEntry, encodePlace } from './bundle-format.js';

/** A bundle is written once and sent around: it may take time to be small. */
const LEVEL = 9;
const VERSION_KEY = metaKey('version');

/** Base content that the recording itself does not hold: a file's bytes in order, at most some MB at a time. */
export interface ExtraBase {
  file: number;
  data: DataPart;
}

/** Makes a bundle's pack, and remembers what its tables must say about it. */
export class BundlePack {
  readonly #places = new Map<Sha256, ObjectPlace>();
  readonly #extraPieces: Entry[] = [];
  #hasZeros = false;
  #waiting: Uint8Array[] = [];
  #offset = 0;

  /** The pack: the objects of the index's pieces, then the extra base content of files that have none in the index. */
  async *bytes(
    index: AsyncIterable<Entry>,
    blobs: BlobReader,
    extra: AsyncIterable<ExtraBase>,
  ): AsyncGenerator<Uint8Array> {
    this.#emit(encodePackHeader());
    const haveBase = new Set<number>();
    for await (const { key: at, value } of index) {
      if (at[0] !== Section.streams) continue;
      const stream = numberOf(at, 0);
      if (stream % 2 === 0) haveBase.add(stream);
      const { sha256 } = decodePiece(numberOf(at, 1), value, 'index');
      if (sha256 === null) continue;
      if (!this.#places.has(sha256)) this.#put(blobs.read(sha256), sha256);
      yield* this.#take();
    }
    const streams = new StreamWriter({ put: (bytes) => this.#putOnce(bytes) }, (stream, piece) => {
      this.#extraPieces.push({ key: key(Section.streams, stream, piece.off), value: encodePiece(piece) });
    });
    for await (const { file, data } of extra) {
      if (haveBase.has(baseStream(file))) continue;
      if (isZeros(data)) streams.zeros(baseStream(file), data.zeros);
      else streams.append(baseStream(file), data);
      this.#hasZeros ||= isZeros(data);
      yield* this.#take();
    }
    streams.flushAll();
    yield* this.#take();
  }

  /** objects.tbl, once the pack is complete. */
  *objectEntries(): Generator<Entry> {
    for (const sha256 of [...this.#places.keys()].sort()) {
      yield { key: Buffer.from(sha256, 'hex'), value: encodePlace(this.#places.get(sha256) as ObjectPlace) };
    }
  }

  /** index.tbl: the index with the pieces of the extra base content, once the pack is complete. */
  async *indexEntries(index: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    const extra = this.#extraPieces.sort((a, b) => Buffer.compare(a.key, b.key));
    let next = 0;
    for await (const original of index) {
      const isVersion = this.#hasZeros && original.key.equals(VERSION_KEY);
      const entry = isVersion ? { key: original.key, value: versionValue(INDEX_VERSION) } : original;
      for (let piece = extra[next]; piece && Buffer.compare(piece.key, entry.key) < 0; piece = extra[++next])
        yield piece;
      yield entry;
    }
    yield* extra.slice(next);
  }

  #putOnce(bytes: Uint8Array): Sha256 {
    const sha256 = sha256Of(bytes);
    if (!this.#places.has(sha256)) this.#put(bytes, sha256);
    return sha256;
  }

  #put(bytes: Uint8Array, sha256: Sha256): void {
    const { frame, stored } = encodeObject(bytes, sha256, LEVEL);
    this.#places.set(sha256, {
      pack: BundleEntry.pack,
      offset: this.#offset,
      rawLength: bytes.length,
      storedLength: stored.length,
    });
    this.#emit(frame);
    // What is stored raw may be a view into a buffer that is used again.
    this.#emit(stored === bytes ? Buffer.from(bytes) : stored);
  }

  #emit(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#offset += bytes.length;
  }

  #take(): Uint8Array[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken.filter((bytes) => bytes.length > 0);
  }
}
