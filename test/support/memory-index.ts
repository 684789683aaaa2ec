import type { BlobWriter } from '../../src/cas/types.js';
import { baseStream, type DkEvent, fileOfStream, type ProcessInfo } from '../../src/events/event.js';
import { filesOf } from '../../src/index/files-of.js';
import type { IndexReader, IndexWriter, StreamPiece } from '../../src/index/types.js';

/** An index in memory: what is written can be read at once. */
export class MemoryIndex implements IndexReader, IndexWriter {
  readonly stored: DkEvent[] = [];
  readonly keyframes = new Map<number, Buffer>();
  private readonly histories = new Map<number, number[]>();
  private readonly streams = new Map<number, StreamPiece[]>();
  private readonly rows = new Map<number, ProcessInfo>();
  private readonly values = new Map<string, Buffer>();

  append(event: DkEvent): void {
    this.stored.push(event);
    for (const file of filesOf(event)) this.histories.set(file, [...(this.histories.get(file) ?? []), event.seq]);
  }
  putPiece(stream: number, piece: StreamPiece): void {
    const pieces = this.streams.get(stream);
    if (pieces === undefined) this.streams.set(stream, [piece]);
    else pieces.push(piece);
  }
  putKeyframe(seq: number, bytes: Uint8Array): void {
    this.keyframes.set(seq, Buffer.from(bytes));
  }
  putProcess(info: ProcessInfo): void {
    this.rows.set(info.proc, info);
  }
  putMeta(name: string, bytes: Uint8Array): void {
    this.values.set(name, Buffer.from(bytes));
  }
  async ready(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {}

  async length(): Promise<number> {
    return this.stored.length;
  }
  async *events(from: number, to: number, options: { reverse?: boolean } = {}): AsyncIterable<DkEvent> {
    const events = this.stored.slice(Math.max(0, from - 1), to);
    yield* options.reverse ? events.reverse() : events;
  }
  async event(seq: number): Promise<DkEvent | undefined> {
    return this.stored[seq - 1];
  }
  async history(file: number): Promise<number[]> {
    return this.histories.get(file) ?? [];
  }
  async stream(stream: number, off: number, length: number): Promise<StreamPiece[]> {
    const pieces = this.streams.get(stream) ?? [];
    return length <= 0 ? [] : pieces.filter((piece) => piece.off < off + length && piece.off + piece.length > off);
  }
  async nextPiece(stream: number, off: number): Promise<number | undefined> {
    return this.streams.get(stream)?.find((piece) => piece.off >= off)?.off;
  }
  async streamLength(stream: number): Promise<number> {
    const last = this.streams.get(stream)?.at(-1);
    return last === undefined ? 0 : last.off + last.length;
  }
  async keyframe(seq: number): Promise<{ seq: number; bytes: Buffer } | undefined> {
    const at = [...this.keyframes.keys()].filter((one) => one <= seq).reduce((a, b) => Math.max(a, b), -1);
    const bytes = this.keyframes.get(at);
    return bytes === undefined ? undefined : { seq: at, bytes };
  }
  /** What files had before, by their number: the bytes of the pieces one after the other. */
  baseContents(blobs: Pick<BlobWriter, 'read'>): [file: number, bytes: Buffer][] {
    const base = [...this.streams].filter(([stream]) => stream === baseStream(fileOfStream(stream)));
    return base.map(([stream, pieces]) => {
      const bytes = pieces.map(({ sha256, blobOff, length }) =>
        sha256 === null ? Buffer.alloc(length) : blobs.read(sha256).subarray(blobOff, blobOff + length),
      );
      return [fileOfStream(stream), Buffer.concat(bytes)];
    });
  }
  async processes(): Promise<ProcessInfo[]> {
    return [...this.rows.values()].sort((a, b) => a.proc - b.proc);
  }
  async meta(name: string): Promise<Buffer | undefined> {
    return this.values.get(name);
  }
}
