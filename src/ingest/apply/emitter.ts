import type { DataPart } from '../../cas/types.js';
import type { Kind } from '../../events/kinds.js';
import type { EventToWrite, RecordingWriter } from '../writer.js';
import type { MappedPages } from '../bytes/mapped-pages.js';
import type { Preimages } from '../bytes/preimages.js';
import { noteGap } from './note-gap.js';
import type { Stamps } from './stamps.js';
import type { Model } from '../names/model.js';
import type { Operation } from '../operation.js';
import type { ClashFinder } from '../order/clash-finder.js';
import { effectOf } from '../order/effects.js';
import type { Attribution, EventBody } from '../event-body.js';
import type { Processes } from './processes.js';

/** What cannot be told from the records and must be read back when the command has ended. */
export interface Doubts {
  /** Everything may differ. */
  all: boolean;
  readonly files: Set<number>;
  /** What stands there. */
  readonly paths: Set<string>;
  /** Files with shared mappings. */
  readonly mapped: Set<number>;
}

/** What a gap is about; file 0: everything. */
export interface GapAt {
  readonly file: number;
  readonly path: string;
  readonly offset?: number;
  readonly length?: number;
}

export const EVERYTHING: GapAt = { file: 0, path: '' };

/** Calls that change what a mapping of the file shows. */
const CONTENT_KINDS: ReadonlySet<Kind> = new Set<Kind>(['file.write', 'file.truncate', 'file.allocate', 'file.copy']);

interface EmitterParts {
  writer: RecordingWriter;
  model: Model;
  processes: Processes;
  preimages: Preimages;
  clashes: ClashFinder;
  stamps: Stamps;
  mappedPages: MappedPages;
  /** A time since the start on CLOCK_MONOTONIC. */
  monotonic: (ns: number) => bigint;
}

/** Numbers events and gives them to the writer; tells everybody who keeps account of them. */
export class Emitter {
  readonly doubts: Doubts = { all: false, files: new Set(), paths: new Set(), mapped: new Set() };
  /** End of the newest operation, since the start. */
  lastNs = 0;
  /** Of the pre-images, as the last gap said. */
  private damage: string | undefined;

  constructor(private readonly parts: EmitterParts) {}

  /** The event of an operation, applied to the model. `data`: the bytes it carries. */
  emit(op: Operation, body: EventBody, data: Iterable<DataPart> | null = null): void {
    const { writer, model, processes, preimages, clashes, stamps, mappedPages, monotonic } = this.parts;
    this.noteDamage();
    this.lastNs = Math.max(this.lastNs, op.exitNs);
    // Fields are set one by one: copying the body for every event is what ingest would spend most of its time on.
    const event = body as EventBody & Attribution;
    event.tsNs = Math.max(0, op.exitNs);
    event.durNs = op.exitNs - op.enterNs;
    event.pid = op.pid;
    event.tid = op.tid;
    event.comm = op.comm;
    event.proc = processes.of(op.pid).proc;
    if (this.doubts.mapped.has(event.file) && CONTENT_KINDS.has(event.kind)) mappedPages.forget(event.file);
    // What was lost may have begun at any time.
    if (!preimages.large.isEmpty)
      preimages.large.event(body, op.does === 'lose' ? 0n : monotonic(op.enterNs), this.identityOf);
    const effect = effectOf(body, op.inode === undefined);
    const sizeBefore = effect?.content ? model.sizeOf(event.file) : 0;
    writer.append(event as EventToWrite, data);
    stamps.note(event as EventToWrite, model.state);
    if (effect === undefined) return;
    for (const { cause, at, paths } of clashes.note(effect, event, op, sizeBefore)) {
      for (const path of paths) this.doubts.paths.add(path);
      this.emitGap(op, cause, at);
    }
  }

  /** Something about the operation cannot be known: it is read back at the end. */
  emitGap(op: Operation, cause: string, at: GapAt): void {
    if (at.file === 0) this.doubts.all = true;
    else this.doubts.files.add(at.file);
    const { file, path, offset = 0, length = 0 } = at;
    const lost = op.does === 'lose' ? op.records : 0;
    this.emit(op, { kind: 'gap', file, path, cause, lost, offset, length });
  }

  /** The file's pages may change without a call from now on. */
  mapped(op: Operation, file: number): void {
    this.doubts.mapped.add(file);
    const identity = this.identityOf(file);
    if (identity === undefined) return;
    this.parts.preimages.large.change(identity, 0, Number.POSITIVE_INFINITY, this.parts.monotonic(op.enterNs));
  }

  /** Where notes of what stood there before are missing, the live tree would be taken for it. */
  noteDamage(): void {
    const { damage } = this.parts.preimages;
    if (damage === this.damage) return;
    this.damage = damage;
    this.doubts.all = true;
    noteGap(this.parts.writer, this.lastNs, damage as string);
  }

  private readonly identityOf = (file: number): string | undefined => this.parts.model.state.base.node(file)?.identity;
}
