import { rm } from 'node:fs/promises';
import type { BlobStore } from '../cas/blob-store.js';
import { StreamWriter } from '../cas/stream-writer.js';
import type { Store } from '../catalog/store.js';
import { createIndex, type LiveIndex } from '../index/open-index.js';
import type { BaseManifest } from '../timeline/base-manifest.js';
import type { Proof } from '../timeline/proof.js';
import type { RecordingWriter, WriterTotals } from './writer.js';
import { assemble, type Assembly, endFile, journalFolder, preimageFolder } from './assembly.js';
import type { Ingest } from './ingest.js';
import type { JournalRest } from '../journal/journal-reader.js';
import { liveBase } from './live/live-base.js';
import { RecordedContent } from './finish/recorded-content.js';
import { storePreimages } from './finish/preimage-content.js';

export interface PipelineResult {
  totals: WriterTotals;
  /** What did not fit the model; worth a look, and empty for a sound recording. */
  problems: string[];
}

/** Where the recording goes, and what it is made from. */
export interface PipelinePlaces {
  store: Store;
  id: string;
  /** Where journal, pre-images and base.bin are; the same folder, unless nothing may be changed there. */
  source: string;
}

/** One recording on its way from journal and pre-images into the stores. base.bin must be complete. */
export class Pipeline {
  private constructor(
    private readonly at: PipelinePlaces,
    private readonly blobs: BlobStore,
    private readonly index: LiveIndex,
    private readonly parts: Assembly,
  ) {}

  static async open(
    at: PipelinePlaces,
    { excludes, cwd }: { excludes: readonly string[]; cwd: string },
  ): Promise<Pipeline> {
    const { store, id, source } = at;
    const index = await createIndex(store.folderOf(id));
    const blobs = store.blobWriter();
    const streams = new StreamWriter(blobs, (stream, piece) => index.writer.putPiece(stream, piece));
    const targets = { index: index.writer, streams, blobs };
    const parts = assemble({ source, excludes, cwd, live: liveBase() }, targets, (info) =>
      index.writer.putProcess(info),
    );
    return new Pipeline(at, blobs, index, parts);
  }

  get writer(): RecordingWriter {
    return this.parts.writer;
  }

  get ingest(): Ingest {
    return this.parts.ingest;
  }

  /** The roots before the command. */
  get manifest(): BaseManifest {
    return this.parts.manifest;
  }

  /** Takes what the journal holds now; true when there was something. Waits for the index where it is behind. */
  async advance(): Promise<boolean> {
    const took = this.ingest.advance();
    await this.index.writer.ready();
    return took;
  }

  /**
   * The journal has ended: takes the rest and the pre-images' bytes. Returns what the journal has behind that. `isWhole`: the
   * recorder was there until the end.
   */
  async complete(isWhole: boolean): Promise<JournalRest> {
    while (await this.advance()) {
      /* until nothing comes any more */
    }
    this.ingest.finish();
    const rest = this.parts.journal.rest();
    storePreimages(
      this.ingest,
      this.parts.preimages,
      isWhole && rest.kind === 'none' && this.preimageDamage === undefined,
    );
    return rest;
  }

  /** What is wrong with the notes of what stood there before, a sentence without its end. */
  get preimageDamage(): string | undefined {
    return this.parts.preimages.damage;
  }

  /** The time since 1970 at which event times begin. */
  get startRealNs(): bigint {
    return this.parts.journal.startRealNs;
  }

  /** For reading back, as it is now. `proof`: as RecordedContent wants it. */
  async recorded(proof?: Proof): Promise<RecordedContent> {
    await this.writer.flush();
    return new RecordedContent(this.writer.model.freeze(), this.index.reader, this.blobs, proof);
  }

  /**
   * Makes the recording readable by everybody. Before its index stands, the manifest has the totals, so that a crash in
   * between leaves nothing to be counted. What it was made from is not needed any more then: dropSource().
   */
  async seal(proof: Uint8Array | null): Promise<PipelineResult> {
    if (proof !== null) this.index.writer.putMeta('proof', proof);
    const totals = await this.writer.finish();
    const durationNs = Math.max(0, this.ingest.lastNs);
    this.at.store.update(this.at.id, (info) => ({ ...info, ...totals, durationNs }));
    await this.index.seal();
    this.parts.journal.close();
    this.blobs.close();
    return { totals, problems: this.writer.problems };
  }

  /** Gives up: takes back what the stores hold of it, as far as nothing else refers to it. The source stays. */
  async abandon(): Promise<void> {
    this.parts.journal.close();
    this.blobs.discard();
    await this.index.discard();
  }
}

/** Removes what a sealed recording was made from. Kept with DK_KEEP_JOURNAL=1, for tests that replay it. */
export async function dropSource(folder: string): Promise<void> {
  if (process.env.DK_KEEP_JOURNAL === '1') return;
  await Promise.all(
    [journalFolder, preimageFolder, endFile].map((of) => rm(of(folder), { recursive: true, force: true })),
  );
}
