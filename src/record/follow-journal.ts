import { existsSync } from 'node:fs';
import { readPlain } from '../cas/plain-files.js';
import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import type { DkEvent } from '../events/event.js';
import type { IndexWriter } from '../index/types.js';
import { BaseManifest } from '../timeline/base-manifest.js';
import { BaseTree } from '../timeline/base-tree.js';
import { Ingest } from './ingest/ingest.js';
import { JournalReader } from './ingest/journal-reader.js';
import { Model } from './ingest/model.js';
import { Exclusion } from './ingest/exclusion.js';
import { baseFile, journalFolder, preimageFolder, mountTableOf } from './ingest/pipeline.js';
import { Preimages } from './ingest/preimages.js';
import { Processes } from './ingest/processes.js';
import { RecordingWriter, type StreamSink } from './writer.js';

const FRAMES_A_TURN = 64;

/**
 * The events of a recording that another process is still making, read from its journal by an ingest of our own that
 * stores nothing. They get the numbers that the recording will give them.
 */
export class JournalFollower {
  private readonly events: DkEvent[] = [];
  private readonly journal: JournalReader;
  private readonly ingest: Ingest;
  private count = 0;

  constructor(store: Store, info: RecordingInfo) {
    const folder = store.folderOf(info.id);
    const manifest = existsSync(baseFile(folder))
      ? BaseManifest.parse(readPlain(baseFile(folder)))
      : BaseManifest.empty;
    const index = collectingIndex((event) => this.events.push(event));
    const writer = new RecordingWriter({
      index,
      streams: new CountingStreams(),
      blobs: { flush: () => {} },
      base: new BaseTree(manifest),
    });
    const mounts = mountTableOf(folder, info.cwd);
    this.journal = new JournalReader(journalFolder(folder), mounts);
    const preimages = new Preimages(preimageFolder(folder));
    const model = new Model(writer, preimages, () => this.journal.startRealNs);
    const processes = new Processes(
      () => {},
      () => writer.totals().events + 1,
    );
    const exclusion = new Exclusion(info.excludes, info.cwd);
    this.ingest = new Ingest(this.journal, writer, model, processes, exclusion, mounts, preimages);
  }

  /** Sequence number of the last event that was taken. */
  get length(): number {
    return this.count;
  }

  /**
   * What came since the last time; empty when there is nothing more for now. `quiet`: nothing has come for a while, so
   * that no call can turn up any more that must go before one that was kept back.
   */
  take(quiet: boolean): DkEvent[] {
    this.ingest.advance(FRAMES_A_TURN, !quiet);
    const taken = this.events.splice(0);
    this.count += taken.length;
    return taken;
  }

  close(): void {
    this.journal.close();
  }
}

/** Streams whose bytes nobody will read. */
class CountingStreams implements StreamSink {
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

function collectingIndex(append: (event: DkEvent) => void): IndexWriter {
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
