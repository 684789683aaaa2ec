/** Where a journal goes of which nothing is stored. */
import type { DkEvent } from '../events/event.js';
import type { IndexWriter } from '../index/types.js';
import type { StreamSink } from './writer.js';

/** Streams whose bytes nobody will read. */
export class CountingStreams implements StreamSink {
  private readonly lengths = new Map<number, number>();

  append(stream: number, bytes: Uint8Array): number {
    const off = this.lengths.get(stream) ?? 0;
    this.lengths.set(stream, off + bytes.length);
    return off;
  }

  zeros(stream: number, length: number): number {
    const off = this.lengths.get(stream) ?? 0;
    this.skip(stream, length);
    return off;
  }

  skip(stream: number, length: number): void {
    this.lengths.set(stream, (this.lengths.get(stream) ?? 0) + length);
  }

  cut(): void {}
  flushAll(): void {}
}

/** An index of which only the events are taken. */
export function indexOfEvents(append: (event: DkEvent) => void): IndexWriter {
  const nothing = (): void => {};
  const done = async (): Promise<void> => {};
  return {
    append,
    putPiece: nothing,
    putKeyframe: nothing,
    putProcess: nothing,
    putMeta: nothing,
    ready: done,
    flush: done,
    close: done,
  };
}
