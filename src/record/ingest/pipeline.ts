import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../cas/blob-store.js';
import { readPlain } from '../../cas/plain-files.js';
import { StreamWriter } from '../../cas/stream-writer.js';
import type { Store } from '../../catalog/store.js';
import { createIndex, type LiveIndex } from '../../index/open-index.js';
import { BaseManifest } from '../../timeline/base-manifest.js';
import { BaseTree } from '../../timeline/base-tree.js';
import type { Proof } from '../../timeline/proof.js';
import { RecordingWriter, type WriterTotals } from '../writer.js';
import { Exclusion } from './exclusion.js';
import { Ingest } from './ingest.js';
import { type JournalRest, JournalReader } from './journal-reader.js';
import { Model } from './model.js';
import { MountTable } from './mount-table.js';
import { Preimages } from './preimages.js';
import { RecordedContent } from './recorded-content.js';
import { storePreimages } from './preimage-content.js';
import { Processes } from './processes.js';

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

/** Where a recording keeps what is needed until it is sealed. */
export const journalFolder = (folder: string): string => join(folder, 'journal');
export const mountinfoFile = (folder: string): string => join(journalFolder(folder), 'mountinfo');
export const preimageFolder = (folder: string): string => join(folder, 'preimage');
/** The manifest of the roots at the end; gone once it was compared. */
export const endFile = (folder: string): string => join(folder, 'end.bin');
export const baseFile = (folder: string): string => join(folder, 'base.bin');

/** What was mounted when the recording began; nothing is known for a journal of an older dk, whose paths need nothing. */
export function mountTableOf(source: string, cwd: string): MountTable {
  const file = mountinfoFile(source);
  return new MountTable(existsSync(file) ? readPlain(file).toString('latin1') : '', cwd);
}

/** One recording on its way from journal and pre-images into the stores. base.bin must be complete. */
export class Pipeline {
  private constructor(
    private readonly at: PipelinePlaces,
    private readonly blobs: BlobStore,
    private readonly index: LiveIndex,
    readonly writer: RecordingWriter,
    readonly ingest: Ingest,
    private readonly preimages: Preimages,
    private readonly journal: JournalReader,
    /** The roots before the command. */
    readonly manifest: BaseManifest,
  ) {}

  static async open(
    at: PipelinePlaces,
    { excludes, cwd }: { excludes: readonly string[]; cwd: string },
  ): Promise<Pipeline> {
    const { store, id, source } = at;
    const manifest = existsSync(baseFile(source))
      ? BaseManifest.parse(readPlain(baseFile(source)))
      : BaseManifest.empty;
    const index = await createIndex(store.folderOf(id));
    const blobs = store.blobWriter();
    const streams = new StreamWriter(blobs, (stream, piece) => index.writer.putPiece(stream, piece));
    const writer = new RecordingWriter({ index: index.writer, streams, blobs, base: new BaseTree(manifest) });
    const mounts = mountTableOf(source, cwd);
    const journal = new JournalReader(journalFolder(source), mounts);
    const preimages = new Preimages(preimageFolder(source));
    const model = new Model(writer, preimages, () => journal.startRealNs);
    const processes = new Processes(
      (info) => writer.putProcess(info),
      () => writer.totals().events + 1,
    );
    const ingest = new Ingest(journal, writer, model, processes, new Exclusion(excludes, cwd), mounts, preimages);
    return new Pipeline(at, blobs, index, writer, ingest, preimages, journal, manifest);
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
    const rest = this.journal.rest();
    storePreimages(this.ingest, this.preimages, isWhole && rest.kind === 'none' && this.preimageDamage === undefined);
    return rest;
  }

  /** What is wrong with the notes of what stood there before, a sentence without its end. */
  get preimageDamage(): string | undefined {
    return this.preimages.damage;
  }

  /** The time since 1970 at which event times begin. */
  get startRealNs(): bigint {
    return this.journal.startRealNs;
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
    this.journal.close();
    this.blobs.close();
    return { totals, problems: this.writer.problems };
  }

  /** Gives up: takes back what the stores hold of it, as far as nothing else refers to it. The source stays. */
  async abandon(): Promise<void> {
    this.journal.close();
    this.blobs.discard();
    await this.index.discard();
  }
}

/** Removes what a sealed recording was made from. */
export async function dropSource(folder: string): Promise<void> {
  await Promise.all(
    [journalFolder, preimageFolder, endFile].map((of) => rm(of(folder), { recursive: true, force: true })),
  );
}
