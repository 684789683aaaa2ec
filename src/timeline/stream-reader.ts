import { Lru } from '../cas/lru.js';
import type { BlobReader } from '../cas/types.js';
import { DkError } from '../errors.js';
import type { IndexReader, StreamPiece } from '../index/types.js';

export interface ByteRange {
  offset: number;
  length: number;
}

/** Pieces are looked up for a whole window of a stream at once. */
const WINDOW_BYTES = 4 * 2 ** 20;
const WINDOWS_KEPT = 256;

/** Reads ranges of streams out of the blobs they were cut into. */
export class StreamReader {
  private readonly windows = new Lru<string, Promise<StreamPiece[]>>(WINDOWS_KEPT);

  constructor(
    private readonly index: IndexReader,
    private readonly store: BlobReader,
  ) {}

  /** Bytes that the stream has; 0 when there is no such stream. */
  streamLength(stream: number): Promise<number> {
    return this.index.streamLength(stream);
  }

  /** Fills `into`; returns the ranges of it that the stream does not have, which are left as they are. */
  async read(stream: number, off: number, into: Buffer): Promise<ByteRange[]> {
    const missing: ByteRange[] = [];
    let at = 0;
    for await (const piece of this.pieces(stream, off, into.length)) {
      const start = piece.off - off;
      if (start > at) missing.push({ offset: at, length: start - at });
      if (piece.sha256 === null) into.fill(0, start, start + piece.length);
      else this.blob(piece.sha256, piece).copy(into, start, piece.blobOff, piece.blobOff + piece.length);
      at = start + piece.length;
    }
    if (at < into.length) missing.push({ offset: at, length: into.length - at });
    return missing;
  }

  /** True when the stream has every byte of the range. Reads no bytes. */
  async has(stream: number, off: number, length: number): Promise<boolean> {
    let at = off;
    for await (const piece of this.pieces(stream, off, length)) {
      if (piece.off > at || (piece.sha256 !== null && !this.store.has(piece.sha256))) return false;
      at = piece.off + piece.length;
    }
    return at >= off + length;
  }

  /** Parts of the range that the stream has, and whether they are zeros of which there is no blob; ascending. Reads no bytes. */
  async *parts(stream: number, off: number, length: number): AsyncGenerator<ByteRange & { zeros: boolean }> {
    for await (const piece of this.pieces(stream, off, length))
      yield { offset: piece.off, length: piece.length, zeros: piece.sha256 === null };
  }

  /** Pieces cut to the range, ascending. Zeros may be longer than a window, and are passed over in one step. */
  private async *pieces(stream: number, off: number, length: number): AsyncGenerator<StreamPiece> {
    const long = length > WINDOW_BYTES;
    const end = Math.min(off + length, long ? await this.streamLength(stream) : Number.POSITIVE_INFINITY);
    for (let at = off; at < end; ) {
      const window = Math.floor(at / WINDOW_BYTES);
      const windowEnd = Math.min(end, (window + 1) * WINDOW_BYTES);
      const pieces = await this.window(stream, window);
      if (pieces.length === 0 && windowEnd < end) {
        // A forged range can be longer than there is time to look through: on to where the stream has something.
        at = (await this.index.nextPiece(stream, windowEnd)) ?? end;
        continue;
      }
      for (const piece of pieces) {
        const from = Math.max(at, piece.off);
        const to = Math.min(piece.sha256 === null ? end : windowEnd, piece.off + piece.length);
        if (from >= to) continue;
        yield { off: from, length: to - from, sha256: piece.sha256, blobOff: piece.blobOff + from - piece.off };
        at = to;
      }
      at = Math.max(at, windowEnd);
    }
  }

  private window(stream: number, window: number): Promise<StreamPiece[]> {
    const key = `${stream}:${window}`;
    let pieces = this.windows.get(key);
    if (pieces === undefined) {
      pieces = this.index.stream(stream, window * WINDOW_BYTES, WINDOW_BYTES);
      this.windows.set(key, pieces, 1);
    }
    return pieces;
  }

  private blob(sha256: string, piece: StreamPiece): Buffer {
    const blob = this.store.read(sha256);
    if (piece.blobOff + piece.length > blob.length) {
      throw new DkError(
        'damaged',
        `Blob ${sha256} has ${blob.length} bytes, fewer than the index says.`,
        'Get the recording again from where it came from, or record once more.',
      );
    }
    return blob;
  }
}
