import { type DataPart, isZeros, lengthOf } from '../cas/types.js';
import {
  baseStream,
  type DataRef,
  type DkEvent,
  type EventOf,
  type ProcessInfo,
  writtenStream,
  OUTPUT_FILES,
} from '../events/event.js';
import type { Kind } from '../events/kinds.js';
import type { IndexWriter } from '../index/types.js';
import { applyEvent } from '../timeline/appliers.js';
import type { BaseTree, ExternalNode } from '../timeline/base-tree.js';
import { encodeExternals } from '../timeline/externals-codec.js';
import { KeyframeWriter } from '../timeline/keyframe-writer.js';
import { StateBuilder } from '../timeline/state-builder.js';
import { UNKNOWN } from '../timeline/types.js';

/** An event as ingest has it: without a number, and without knowing where its bytes will stand. */
export type EventToWrite = { [K in Kind]: Omit<EventOf<K>, 'seq' | 'data'> }[Kind];

/** Bytes that a base file had before the recording, from `offset` on. */
export interface BasePart {
  offset: number;
  data: DataPart;
}

/** Cuts streams into blobs and lists the pieces in the index; cas/stream-writer.ts. */
export interface StreamSink {
  /** Where in the stream the bytes begin. */
  append(stream: number, bytes: Uint8Array): number;
  /** The same of zeros, which take no room. */
  zeros(stream: number, length: number): number;
  /** Leaves bytes out that nobody knows. */
  skip(stream: number, length: number): void;
  /** What comes next does not continue what came before; `restart`: it begins a file anew. */
  cut(stream: number, restart?: boolean): void;
  flushAll(): void;
}

export interface RecordingTargets {
  index: IndexWriter;
  streams: StreamSink;
  /** Made durable before the index says where its blobs are. */
  blobs: { flush(): void };
  base: BaseTree;
  /** Events between keyframes, for tests. */
  keyframeEvery?: number;
}

export interface WriterTotals {
  events: number;
  /** Files that some event touched. */
  files: number;
  /** Bytes captured: written, output and pre-images. */
  sizeBytes: number;
  gaps: number;
}

/** Problems with the event stream that are kept for the report. */
const MOST_PROBLEMS = 100;

/**
 * Turns events into a recording: numbers them, stores their bytes, applies them to the model that ingest resolves
 * paths against, and hands everything to the stores. Runs on the ingest thread; nothing here waits for the disk.
 */
export class RecordingWriter {
  /** The model as it is after the last event. */
  readonly model: StateBuilder;
  /** What did not fit the model; empty for a sound recording. */
  readonly problems: string[] = [];
  private readonly base: BaseTree;
  private readonly keyframes: KeyframeWriter;
  private seq = 0;
  private nextFile: number;
  private sizeBytes = 0;
  private gaps = 0;
  /** Where the last write to each file ended: writes that do not continue it are good places to cut a stream. */
  private readonly writeEnds = new Map<number, number>();

  constructor(private readonly targets: RecordingTargets) {
    this.base = targets.base;
    this.nextFile = this.base.firstFreeFile;
    this.model = StateBuilder.empty(this.base, (problem) => {
      if (this.problems.length < MOST_PROBLEMS) this.problems.push(`event ${this.seq}: ${problem}`);
    });
    this.keyframes = new KeyframeWriter(
      this.model,
      (seq, bytes) => targets.index.putKeyframe(seq, bytes),
      targets.keyframeEvery,
    );
  }

  /** An id for a file that was not seen before. */
  newFile(): number {
    return this.nextFile++;
  }

  /**
   * Appends one event, which belongs to the writer from here on; returns its sequence number. `data`: the bytes of a write, copy, sync, output or resync, in as
   * many parts as they were captured; null when there are none or they were lost (a gap follows).
   */
  append(event: EventToWrite, data: Iterable<DataPart> | null = null): number {
    this.seq += 1;
    const stream = streamOf(event);
    const numbered = event as DkEvent;
    numbered.seq = this.seq;
    if (stream !== 0) (numbered as { data: DataRef | null }).data = this.store(event, stream, data);
    if (event.kind === 'gap') this.gaps += 1;
    this.targets.index.append(numbered);
    applyEvent(this.model, numbered);
    this.keyframes.after(this.model);
    return this.seq;
  }

  /** A base node outside the roots, as it stood before the recording. */
  addExternal(node: ExternalNode): void {
    this.model.addExternal(node);
  }

  /** The bytes a base file had before the recording, ascending; those that are left out are not known. */
  setBaseContent(file: number, parts: Iterable<BasePart>): void {
    const stream = baseStream(file);
    let at = 0;
    for (const { offset, data } of parts) {
      if (offset > at) this.targets.streams.skip(stream, offset - at);
      this.put(stream, data);
      at = offset + lengthOf(data);
    }
  }

  putProcess(info: ProcessInfo): void {
    this.targets.index.putProcess(info);
  }

  totals(): WriterTotals {
    return { events: this.seq, files: this.model.touchedCount, sizeBytes: this.sizeBytes, gaps: this.gaps };
  }

  /** Makes everything so far readable. */
  async flush(): Promise<void> {
    this.targets.streams.flushAll();
    this.targets.blobs.flush();
    this.targets.index.putMeta('externals', encodeExternals(this.base));
    await this.targets.index.flush();
  }

  async finish(): Promise<WriterTotals> {
    this.keyframes.finish(this.model);
    await this.flush();
    return this.totals();
  }

  private store(event: EventToWrite, stream: number, data: Iterable<DataPart> | null): DataRef | null {
    if (data === null) return NO_DATA_KINDS.has(event.kind) ? null : { stream: UNKNOWN, off: 0 };
    this.hintCut(event, stream);
    let start: number | undefined;
    for (const part of data) {
      const off = this.put(stream, part);
      start ??= off;
    }
    return { stream, off: start ?? this.targets.streams.append(stream, EMPTY) };
  }

  private put(stream: number, part: DataPart): number {
    if (isZeros(part)) return this.targets.streams.zeros(stream, part.zeros);
    this.sizeBytes += part.length;
    return this.targets.streams.append(stream, part);
  }

  private hintCut(event: EventToWrite, stream: number): void {
    if (event.kind === 'resync') {
      this.targets.streams.cut(stream, true);
      this.writeEnds.delete(event.file);
    } else if (event.kind === 'file.write' || event.kind === 'file.copy' || event.kind === 'file.sync') {
      const end = this.writeEnds.get(event.file) ?? 0;
      if (event.offset !== end) this.targets.streams.cut(stream, event.offset === 0);
      this.writeEnds.set(event.file, event.offset + event.length);
    }
  }
}

const EMPTY = new Uint8Array(0);
/** Kinds whose bytes may be missing without being lost. */
const NO_DATA_KINDS: ReadonlySet<Kind> = new Set<Kind>(['file.copy', 'resync']);

/** The stream that takes the event's bytes; 0 for kinds that have none. */
function streamOf(event: EventToWrite): number {
  switch (event.kind) {
    case 'file.write':
    case 'file.copy':
    case 'file.sync':
    case 'resync':
      return writtenStream(event.file);
    case 'output.write':
      return writtenStream(event.fd === 2 ? OUTPUT_FILES[2] : OUTPUT_FILES[1]);
    default:
      return 0;
  }
}
