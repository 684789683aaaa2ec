import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../cas/blob-store.js';
import { StreamWriter } from '../../cas/stream-writer.js';
import type { Store } from '../../catalog/store.js';
import { createIndex, type LiveIndex } from '../../index/open-index.js';
import { BaseManifest } from '../../timeline/base-manifest.js';
import { BaseTree } from '../../timeline/base-tree.js';
import { RecordingWriter, type WriterTotals } from '../writer.js';
import { Exclusion } from './exclusion.js';
import { Ingest } from './ingest.js';
import { JournalReader } from './journal-reader.js';
import { Model } from './model.js';
import { Preimages } from './preimages.js';
import { storePreimages } from './preimage-content.js';
import { Processes } from './processes.js';

export interface PipelineResult {
  totals: WriterTotals;
  /** What did not fit the model; worth a look, and empty for a sound recording. */
  problems: string[];
}

/** Where a recording keeps what is needed until it is sealed. */
export const journalFolder = (folder: string): string => join(folder, 'journal');
export const preimageFolder = (folder: string): string => join(folder, 'preimage');
export const baseFile = (folder: string): string => join(folder, 'base.bin');

/** One recording on its way from journal and pre-images into the stores. base.bin must be complete. */
export class Pipeline {
  private constructor(
    private readonly folder: string,
    private readonly blobs: BlobStore,
    private readonly index: LiveIndex,
    readonly writer: RecordingWriter,
    readonly ingest: Ingest,
    private readonly preimages: Preimages,
    private readonly journal: JournalReader,
  ) {}

  static async open(store: Store, folder: string, excludes: readonly string[], cwd: string): Promise<Pipeline> {
    const blobs = store.blobWriter();
    const index = await createIndex(folder);
    const streams = new StreamWriter(blobs, (stream, piece) => index.writer.putPiece(stream, piece));
    const manifest = existsSync(baseFile(folder))
      ? BaseManifest.parse(readFileSync(baseFile(folder)))
      : BaseManifest.empty;
    const writer = new RecordingWriter({ index: index.writer, streams, blobs, base: new BaseTree(manifest) });
    const journal = new JournalReader(journalFolder(folder));
    const preimages = new Preimages(preimageFolder(folder));
    const model = new Model(writer, preimages, () => journal.startRealNs);
    const processes = new Processes(
      (info) => writer.putProcess(info),
      () => writer.totals().events + 1,
    );
    const ingest = new Ingest(journal, writer, model, processes, new Exclusion(excludes, cwd));
    return new Pipeline(folder, blobs, index, writer, ingest, preimages, journal);
  }

  /** Takes what the journal holds now; true when there was something. Waits for the index where it is behind. */
  async advance(): Promise<boolean> {
    const took = this.ingest.advance();
    await this.index.writer.ready();
    return took;
  }

  /** The journal has ended: takes the rest and the pre-images' bytes. */
  async complete(): Promise<void> {
    while (await this.advance()) {
      /* until nothing comes any more */
    }
    this.ingest.finish();
    storePreimages(this.writer, this.preimages, this.ingest.model);
  }

  /** Makes the recording readable by everybody, then drops what it was made from. */
  async seal(proof: Uint8Array | null): Promise<PipelineResult> {
    if (proof !== null) this.index.writer.putMeta('proof', proof);
    const totals = await this.writer.finish();
    await this.index.seal();
    this.journal.close();
    this.blobs.close();
    await Promise.all(
      [journalFolder, preimageFolder].map((of) => rm(of(this.folder), { recursive: true, force: true })),
    );
    return { totals, problems: this.writer.problems };
  }
}
