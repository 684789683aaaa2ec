import type { BlobWriter, Sha256 } from './types.js';
import { CutFinder, MAX_CHUNK_BYTES } from './chunker.js';

/** A piece of a stream that has become (part of) a blob; the index's StreamPiece. */
export interface WrittenPiece {
  off: number;
  length: number;
  /** null: zeros, of which no blob is made. */
  sha256: Sha256 | null;
  blobOff: number;
}

/** Below this a hint does not cut: pieces would cost more than they save. */
const MIN_HINTED_BYTES = 4 << 10;
const MOST_PENDING_BYTES = 32 << 20;
const FIRST_TAIL_BYTES = 256;
/** Bytes that are copied behind a tail at a time; those after a cut were copied for nothing. */
const STEP_BYTES = 32 << 10;

/** The end of a stream that is not a blob yet. */
interface Tail {
  /** Where in the stream it begins. */
  off: number;
  buffer: Buffer;
  length: number;
  finder: CutFinder;
}

/**
 * Cuts streams into blobs at content-defined places. Memory is bounded over any number of streams: the tail that
 * has waited longest becomes a blob early. Bytes can be read from the blobs once their piece has been given out,
 * at the latest after flushAll().
 */
export class StreamWriter {
  readonly #blobs: Pick<BlobWriter, 'put'>;
  readonly #onPiece: (stream: number, piece: WrittenPiece) => void;
  readonly #mostPendingBytes: number;
  /** Bytes appended to each stream so far. */
  readonly #lengths = new Map<number, number>();
  /** Least recently appended first. */
  readonly #tails = new Map<number, Tail>();
  #newest = -1;
  #pendingBytes = 0;

  constructor(
    blobs: Pick<BlobWriter, 'put'>,
    onPiece: (stream: number, piece: WrittenPiece) => void,
    options: { mostPendingBytes?: number } = {},
  ) {
    this.#blobs = blobs;
    this.#onPiece = onPiece;
    this.#mostPendingBytes = options.mostPendingBytes ?? MOST_PENDING_BYTES;
  }

  /** Memory that waits to become blobs. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Copies the bytes; returns where in the stream they begin. */
  append(stream: number, bytes: Uint8Array): number {
    const off = this.#lengths.get(stream) ?? 0;
    if (bytes.length === 0) return off;
    const tail = this.#tail(stream);
    for (let done = 0; done < bytes.length; ) {
      const rest = bytes.subarray(done);
      done += tail.length === 0 ? this.#begin(stream, tail, rest) : this.#continue(stream, tail, rest);
    }
    this.#lengths.set(stream, off + bytes.length);
    this.#evict(stream);
    return off;
  }

  /** Length of the stream, bytes that wait included. */
  length(stream: number): number {
    return this.#lengths.get(stream) ?? 0;
  }

  /** Appends zeros that take no room, however many; returns where in the stream they begin. */
  zeros(stream: number, length: number): number {
    const off = this.length(stream);
    const tail = this.#tails.get(stream);
    if (tail !== undefined) this.#drop(stream, tail);
    if (length > 0) this.#onPiece(stream, { off, length, sha256: null, blobOff: 0 });
    this.#lengths.set(stream, off + length);
    return off;
  }

  /** Leaves out bytes that nobody knows: no piece will cover them. */
  skip(stream: number, length: number): void {
    const tail = this.#tails.get(stream);
    if (tail !== undefined) this.#drop(stream, tail);
    this.#lengths.set(stream, this.length(stream) + length);
  }

  /**
   * The next append does not continue where the last write to the file ended: a good place for a border, unless it
   * would make many small blobs. `restart`: the write begins at offset 0, so that whole files become whole blobs.
   */
  cut(stream: number, restart = false): void {
    const tail = this.#tails.get(stream);
    if (tail === undefined || tail.length === 0) return;
    if (restart || tail.length >= MIN_HINTED_BYTES) this.#drop(stream, tail);
  }

  /** Makes a blob of what waits of every stream. The blobs are durable after the BlobWriter's flush. */
  flushAll(): void {
    for (const [stream, tail] of this.#tails) this.#drop(stream, tail);
  }

  #tail(stream: number): Tail {
    const off = this.#lengths.get(stream) ?? 0;
    const tail = this.#tails.get(stream) ?? { off, buffer: Buffer.alloc(0), length: 0, finder: new CutFinder() };
    if (this.#newest !== stream) {
      this.#tails.delete(stream);
      this.#newest = stream;
    }
    this.#tails.set(stream, tail);
    return tail;
  }

  /** Cuts a chunk out of the bytes where they are, or keeps them all; returns how many it took. */
  #begin(stream: number, tail: Tail, bytes: Uint8Array): number {
    const cut = tail.finder.find(bytes, bytes.length);
    if (cut > 0) {
      this.#emit(stream, tail, bytes.subarray(0, cut));
      return cut;
    }
    this.#keep(tail, bytes);
    return bytes.length;
  }

  /** Goes on with what waits. A cut is in the new bytes: those that wait have been looked at. */
  #continue(stream: number, tail: Tail, bytes: Uint8Array): number {
    const waiting = tail.length;
    const more = bytes.subarray(0, Math.min(STEP_BYTES, MAX_CHUNK_BYTES - waiting));
    this.#keep(tail, more);
    const cut = tail.finder.find(tail.buffer, tail.length);
    if (cut === 0) return more.length;
    this.#emit(stream, tail, tail.buffer.subarray(0, cut));
    tail.length = 0;
    return cut - waiting;
  }

  #keep(tail: Tail, bytes: Uint8Array): void {
    const length = tail.length + bytes.length;
    if (length > tail.buffer.length) {
      const capacity = Math.min(Math.max(length, tail.buffer.length * 2, FIRST_TAIL_BYTES), MAX_CHUNK_BYTES);
      // Small ones share Node's pool: memory of its own costs more than a small file.
      const larger = Buffer.allocUnsafe(capacity);
      larger.set(tail.buffer.subarray(0, tail.length));
      this.#pendingBytes += capacity - tail.buffer.length;
      tail.buffer = larger;
    }
    tail.buffer.set(bytes, tail.length);
    tail.length = length;
  }

  /** Makes a blob of the tail as it is, and forgets it. */
  #drop(stream: number, tail: Tail): void {
    if (tail.length > 0) this.#emit(stream, tail, tail.buffer.subarray(0, tail.length));
    this.#pendingBytes -= tail.buffer.length;
    this.#tails.delete(stream);
    if (this.#newest === stream) this.#newest = -1;
  }

  #emit(stream: number, tail: Tail, bytes: Uint8Array): void {
    const sha256 = this.#blobs.put(bytes);
    this.#onPiece(stream, { off: tail.off, length: bytes.length, sha256, blobOff: 0 });
    tail.off += bytes.length;
  }

  #evict(current: number): void {
    for (const [stream, tail] of this.#tails) {
      if (this.#pendingBytes <= this.#mostPendingBytes) return;
      if (stream !== current) this.#drop(stream, tail);
    }
  }
}
