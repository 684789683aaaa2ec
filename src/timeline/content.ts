import { DkError } from '../errors.js';
import { baseStream, fileOfStream } from '../events/event.js';
import type { BaseContent } from './base-content.js';
import { totalOf } from './balanced.js';
import { type Extents, extentsBetween } from './extents.js';
import type { ByteRange, StreamReader } from './stream-reader.js';
import { type FileContent, HOLE, UNKNOWN } from './types.js';

const DEFAULT_LIMIT_BYTES = 256 * 2 ** 20;
/** `read` returns at most this much at once, whatever was asked for. */
const MOST_AT_ONCE = 256 * 2 ** 20;

/** For messages: text, or what becomes text when there is one. */
export type ContentName = { toString(): string };

/** A file's bytes, found extent by extent when they are asked for. */
export class ExtentContent implements FileContent {
  readonly sizeBytes: number;

  constructor(
    private readonly extents: Extents,
    private readonly streams: StreamReader,
    private readonly base: BaseContent,
    private readonly name: ContentName,
  ) {
    this.sizeBytes = totalOf(extents);
  }

  async read(offset: number, length: number): Promise<{ bytes: Buffer; unknown: ByteRange[] }> {
    const size = Math.max(0, Math.min(length, this.sizeBytes - offset, MOST_AT_ONCE));
    const bytes = Buffer.alloc(size);
    const unknown: ByteRange[] = [];
    for (const extent of extentsBetween(this.extents, offset, size)) {
      if (extent.stream === HOLE) continue;
      const start = extent.at - offset;
      const into = bytes.subarray(start, start + extent.length);
      for (const hole of await this.fill(extent.stream, extent.off, into)) {
        addRange(unknown, offset + start + hole.offset, hole.length);
      }
    }
    return { bytes, unknown };
  }

  async all(limitBytes = DEFAULT_LIMIT_BYTES): Promise<Buffer> {
    if (this.sizeBytes > limitBytes) {
      throw new DkError(
        'usage',
        `${this.name} has ${this.sizeBytes} bytes, more than the limit of ${limitBytes}.`,
        'Read a part of it, or rebuild it with `dk checkout`.',
      );
    }
    const { bytes, unknown } = await this.read(0, this.sizeBytes);
    const [first] = unknown;
    if (first !== undefined) {
      throw new DkError(
        'unknown-bytes',
        `The bytes of ${this.name} from offset ${first.offset} (${first.length} of them) were not captured.`,
        'Record with a larger --preimage-limit, or look at another event.',
      );
    }
    return bytes;
  }

  async known(): Promise<boolean> {
    for (const extent of extentsBetween(this.extents, 0, this.sizeBytes)) {
      if (extent.stream === HOLE) continue;
      if (extent.stream === UNKNOWN) return false;
      if (await this.streams.has(extent.stream, extent.off, extent.length)) continue;
      if (!isBase(extent.stream) || !(await this.base.isUnchanged(fileOfStream(extent.stream)))) return false;
    }
    return true;
  }

  async *dataRanges(from = 0, to = this.sizeBytes): AsyncGenerator<ByteRange> {
    let last: ByteRange | undefined;
    for (const { at, length, stream, off } of extentsBetween(this.extents, from, to - from)) {
      if (stream === HOLE) continue;
      for await (const range of this.dataOf(stream, off, length)) {
        const offset = range.offset - off + at;
        if (last !== undefined && last.offset + last.length === offset) {
          last.length += range.length;
          continue;
        }
        if (last !== undefined) yield last;
        last = { offset, length: range.length };
      }
    }
    if (last !== undefined) yield last;
  }

  /** Ranges of the stream. */
  private async *dataOf(stream: number, off: number, length: number): AsyncGenerator<ByteRange> {
    if (stream === UNKNOWN) {
      yield { offset: off, length };
      return;
    }
    let at = off;
    const missing = (until: number) => this.missingData(stream, at, until - at);
    for await (const part of this.streams.parts(stream, off, length)) {
      if (part.offset > at) yield* missing(part.offset);
      at = part.offset + part.length;
      if (!part.zeros) yield { offset: part.offset, length: part.length };
    }
    if (at < off + length) yield* missing(off + length);
  }

  /** Of what no piece has. */
  private async *missingData(stream: number, offset: number, length: number): AsyncGenerator<ByteRange> {
    if (isBase(stream)) yield* await this.base.dataRanges(fileOfStream(stream), offset, length);
    else yield { offset, length };
  }

  private async fill(stream: number, off: number, into: Buffer): Promise<ByteRange[]> {
    if (stream === UNKNOWN) return [{ offset: 0, length: into.length }];
    const missing = await this.streams.read(stream, off, into);
    if (!isBase(stream)) return missing;
    // What no pre-image has can only come from the file itself.
    const unknown: ByteRange[] = [];
    for (const { offset, length } of missing) {
      const part = into.subarray(offset, offset + length);
      for (const hole of await this.base.read(fileOfStream(stream), off + offset, part))
        addRange(unknown, offset + hole.offset, hole.length);
    }
    return unknown;
  }
}

const isBase = (stream: number): boolean => stream === baseStream(fileOfStream(stream));

function addRange(ranges: ByteRange[], offset: number, length: number): void {
  const before = ranges[ranges.length - 1];
  if (before !== undefined && before.offset + before.length === offset) before.length += length;
  else ranges.push({ offset, length });
}
