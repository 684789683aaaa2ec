import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import type { DkEvent } from '../events/event.js';
import { assemble } from './assembly.js';
import { CountingStreams, indexOfEvents } from './counting-sinks.js';
import type { Ingest } from './ingest.js';
import type { JournalReader } from '../journal/journal-reader.js';
import { liveBase } from './live/live-base.js';

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
    const targets = {
      index: indexOfEvents((event) => this.events.push(event)),
      streams: new CountingStreams(),
      blobs: { flush: () => {} },
    };
    const { excludes, cwd } = info;
    const job = { source: store.folderOf(info.id), excludes, cwd, live: liveBase() };
    const { journal, ingest } = assemble(job, targets, () => {});
    this.journal = journal;
    this.ingest = ingest;
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
