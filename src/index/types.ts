import type { Sha256 } from '../cas/types.js';
import type { DkEvent, ProcessInfo } from '../events/event.js';

/** A piece of a stream: `length` bytes from stream offset `off`, being bytes `blobOff…` of the blob, or zeros. */
export interface StreamPiece {
  off: number;
  length: number;
  sha256: Sha256 | null;
  blobOff: number;
}

/** What the timeline reads of one recording. Backed by LevelDB, or by a bundle's sorted table. */
export interface IndexReader {
  /** Number of events that can be read; for a recording in progress, so far. */
  length(): Promise<number>;
  /** Events from..to inclusive, ascending (descending with reverse). */
  events(from: number, to: number, options?: { reverse?: boolean }): AsyncIterable<DkEvent>;
  event(seq: number): Promise<DkEvent | undefined>;
  /** Sequence numbers of the events that concern the file, ascending. */
  history(file: number): Promise<number[]>;
  /** Pieces that overlap [off, off + length) of a stream, ascending; holes mean unknown bytes. */
  stream(stream: number, off: number, length: number): Promise<StreamPiece[]>;
  /** Where the stream's first piece at or after `off` begins; undefined when there is none. */
  nextPiece(stream: number, off: number): Promise<number | undefined>;
  /** Bytes in the stream so far; 0 when it has none. */
  streamLength(stream: number): Promise<number>;
  /** The newest keyframe at or before seq. */
  keyframe(seq: number): Promise<{ seq: number; bytes: Buffer } | undefined>;
  processes(): Promise<ProcessInfo[]>;
  /** Small named values (JSON-free bytes): 'externals', 'proof', … */
  meta(name: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** What ingest writes. One writer a recording. */
export interface IndexWriter {
  /** Events must come in sequence order. Buffers until a block is full. */
  append(event: DkEvent): void;
  putPiece(stream: number, piece: StreamPiece): void;
  putKeyframe(seq: number, bytes: Uint8Array): void;
  putProcess(info: ProcessInfo): void;
  putMeta(name: string, bytes: Uint8Array): void;
  /** Resolves when little enough is waiting for the disk: a fast writer awaits this between its batches. */
  ready(): Promise<void>;
  /** Writes what is buffered (also an unfinished block, which a later flush replaces). */
  flush(): Promise<void>;
  close(): Promise<void>;
}
