import { Apply } from './apply/apply.js';
import { CopyUp } from './apply/copy-up.js';
import { type Doubts, Emitter } from './apply/emitter.js';
import type { Processes } from './apply/processes.js';
import { Stamps } from './apply/stamps.js';
import { Targets } from './apply/targets.js';
import { BaseBytes } from './bytes/base-bytes.js';
import { MappedPages } from './bytes/mapped-pages.js';
import type { Preimages } from './bytes/preimages.js';
import type { JournalReader } from '../journal/journal-reader.js';
import { SyscallDecoder } from './decode/syscall-decoder.js';
import type { Exclusion } from './names/exclusion.js';
import type { Model } from './names/model.js';
import type { MountTable } from '../linux/mount-table.js';
import { MountViews } from './names/mount-views.js';
import { OpenedNames } from './names/opened-names.js';
import { OverlayHardLinks } from './names/overlay-hard-links.js';
import { PseudoMounts } from './names/pseudo-mounts.js';
import type { Operation } from './operation.js';
import { ClashFinder } from './order/clash-finder.js';
import { Looks } from './order/looks.js';
import { Order } from './order/order.js';
import { Races } from './order/races.js';
import type { RecordingWriter } from './writer.js';

interface IngestParts {
  journal: JournalReader;
  writer: RecordingWriter;
  model: Model;
  processes: Processes;
  exclusion: Exclusion;
  mounts: MountTable;
  preimages: Preimages;
}

/**
 * Turns the journal's records into events: decode, order, apply. Call `advance` until the journal has ended, then `finish`.
 */
export class Ingest {
  readonly model: Model;
  readonly exclusion: Exclusion;
  readonly stamps = new Stamps();
  readonly baseBytes: BaseBytes;
  private readonly decoder = new SyscallDecoder();
  private readonly emitter: Emitter;
  private readonly order: Order;
  private readonly journal: JournalReader;
  private readonly preimages: Preimages;
  /** Decoded, and not in the queue yet. */
  private readonly batch: Operation[] = [];

  constructor({ journal, writer, model, processes, exclusion, mounts, preimages }: IngestParts) {
    this.model = model;
    this.exclusion = exclusion;
    this.journal = journal;
    this.preimages = preimages;
    this.baseBytes = new BaseBytes(writer);
    const { stamps } = this;
    const monotonic = (ns: number): bigint => journal.startMonoNs + BigInt(ns);
    const mappedPages = new MappedPages();
    const races = new Races();
    const looks = new Looks(model, races, monotonic);
    const clashes = new ClashFinder(model, races, looks);
    this.emitter = new Emitter({ writer, model, processes, preimages, clashes, stamps, mappedPages, monotonic });
    const { emitter } = this;
    const opened = new OpenedNames(model);
    const copyUp = new CopyUp(model, new OverlayHardLinks(model.state.base, model.live), this.baseBytes, emitter);
    const targets = new Targets(model, opened, copyUp, emitter);
    const names = { model, targets, opened, copyUp, emitter, monotonic };
    const content = { preimages, mappedPages, races };
    const views = { exclusion, pseudo: new PseudoMounts(mounts), views: new MountViews(), processes };
    this.order = new Order(looks, new Apply({ ...names, ...content, ...views }));
  }

  /** What must be read back when the command has ended. */
  get doubts(): Doubts {
    return this.emitter.doubts;
  }

  /** End of the newest operation, since the start. */
  get lastNs(): number {
    return this.emitter.lastNs;
  }

  /** Takes what the journal holds now; true when there was something. Keeps a few operations back to look ahead. */
  advance(maxFrames = 64, keepsBack = true): boolean {
    let frames = 0;
    for (; frames < maxFrames; frames++) {
      const records = this.journal.next();
      if (records === undefined) break;
      for (const record of records) this.decoder.decode(record, this.batch);
    }
    if (frames > 0) this.preimages.poll();
    this.drain(keepsBack);
    return frames > 0;
  }

  /** After the last record: takes what was kept back. */
  finish(): void {
    this.decoder.finish(this.batch);
    this.drain(false);
    this.emitter.noteDamage();
  }

  private drain(keepsBack: boolean): void {
    for (const op of this.batch.splice(0)) this.order.add(op);
    this.order.drain(keepsBack);
  }
}
