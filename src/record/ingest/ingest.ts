import type { DataPart } from '../../cas/types.js';
import { RECORD_FLAGS, RECORDS } from '../../events/abi.js';
import type { BasePart, EventToWrite, RecordingWriter } from '../writer.js';
import { Asides } from './asides.js';
import { describeRecord } from './call-names.js';
import type { Proof } from './clashes.js';
import type { Context, Outcome } from './context.js';
import { type Effect, effectOf } from './effects.js';
import type { Attribution, EventBody } from './event-body.js';
import type { Exclusion } from './exclusion.js';
import type { JournalReader } from './journal-reader.js';
import { OverlayHardLinks } from './overlay-hard-links.js';
import type { LargeFiles } from './large-files.js';
import { Looks } from './looks.js';
import { MappedPages } from './mapped-pages.js';
import type { Model } from './model.js';
import { OpenedNames } from './opened-names.js';
import type { Preimages } from './preimages.js';
import type { Processes } from './processes.js';
import type { MountTable } from './mount-table.js';
import { MountViews } from './mount-views.js';
import { noteGap } from './note-gap.js';
import { Stamps } from './stamps.js';
import { PseudoMounts } from './pseudo-mounts.js';
import { causeOf, Races } from './races.js';
import { insertByEnd } from './order-of-ends.js';
import { isSameInode, type RawRecord } from './raw-record.js';
import { pathCutOff, RECORD_HANDLERS } from './records.js';
import { Renames } from './renames.js';
import { Windows } from './windows.js';
import { handleWrite, Writes } from './writes.js';

/**
 * Records are kept back, to put them in the order in which calls ended: a processor that is interrupted sends its record
 * late. And two calls that overlapped may have taken effect the other way round: when one does not fit, the one that explains
 * it follows within a scheduling delay.
 */
const KEPT_RECORDS = 4096;
const KEPT_NS = 20e6;

/** Calls that change what a mapping of the file shows. */
const CONTENT_CALLS: ReadonlySet<string> = new Set(['file.write', 'file.truncate', 'file.allocate', 'file.copy']);

/** What cannot be told from the records and must be read back when the command has ended. */
export interface Doubts {
  /** Everything may differ. */
  all: boolean;
  files: Set<number>;
  /** What stands there. */
  paths: Set<string>;
  mapped: Set<number>;
}

/** Turns the journal's records into events. Call `advance` until the journal has ended, then `finish`. */
export class Ingest implements Context {
  readonly mapped = new Set<number>();
  readonly mappedPages = new MappedPages();
  readonly races = new Races();
  readonly windows = new Windows();
  readonly asides: Asides;
  readonly stamps = new Stamps();
  readonly renames = new Renames();
  readonly opened: OpenedNames;
  readonly pseudo: PseudoMounts;
  readonly views = new MountViews();
  readonly doubts: Doubts = { all: false, files: new Set(), paths: new Set(), mapped: this.mapped };
  force = false;
  /** End of the newest record, since the start. */
  lastNs = 0;
  private queue: RawRecord[] = [];
  private head = 0;
  /** Records in the queue that were taken before their turn. */
  private readonly taken = new Set<RawRecord>();
  /** Of the pre-images, as the last gap said. */
  private damage: string | undefined;
  readonly links: OverlayHardLinks;
  private readonly looks: Looks;
  private readonly savedBases = new Set<number>();
  private readonly writes = new Writes();
  /** Writes that were too early, with all their pieces. */
  private readonly whole = new Map<RawRecord, readonly RawRecord[]>();

  constructor(
    private readonly journal: JournalReader,
    private readonly writer: RecordingWriter,
    readonly model: Model,
    readonly processes: Processes,
    readonly exclusion: Exclusion,
    mounts: MountTable,
    private readonly preimages: Preimages,
  ) {
    this.asides = new Asides(preimages);
    this.opened = new OpenedNames(model);
    this.looks = new Looks(model, this.races);
    this.links = new OverlayHardLinks(model.state.base, model.live);
    this.pseudo = new PseudoMounts(mounts);
  }

  /** Takes what the journal holds now; true when there was something. Keeps a few records back to look ahead. */
  advance(maxFrames = 64, keepsBack = true): boolean {
    let frames = 0;
    for (; frames < maxFrames; frames++) {
      const records = this.journal.next();
      if (records === undefined) break;
      for (const record of records) this.enqueue(record);
    }
    if (frames > 0) this.preimages.poll();
    this.drain(keepsBack);
    return frames > 0;
  }

  private enqueue(record: RawRecord): void {
    if (record.name === 'look') {
      this.looks.add(record);
      return;
    }
    insertByEnd(this.queue, record);
    this.looks.queued(record);
  }

  /** After the last record: takes what was kept back. */
  finish(): void {
    this.drain(false);
    for (const pieces of this.writes.unfinished()) handleWrite(this, pieces);
    this.noteDamage();
  }

  /** Where notes are missing, the live tree would be taken for what stood there before. */
  private noteDamage(): void {
    const { damage } = this.preimages;
    if (damage === this.damage) return;
    this.damage = damage;
    this.doubts.all = true;
    noteGap(this.writer, this.lastNs, damage as string);
  }

  emit(record: RawRecord, body: EventBody, data: Iterable<DataPart> | null = null): void {
    this.noteDamage();
    this.lastNs = Math.max(this.lastNs, record.exitNs);
    // Fields are set one by one: copying the body for every event is what ingest would spend most of its time on.
    const event = body as EventBody & Attribution;
    event.tsNs = Math.max(0, record.exitNs);
    event.durNs = record.exitNs - record.enterNs;
    event.pid = record.pid;
    event.tid = record.tid;
    event.comm = record.comm;
    event.proc = this.processes.of(record.pid).proc;
    if (this.mapped.has(event.file) && CONTENT_CALLS.has(event.kind)) this.mappedPages.forget(event.file);
    // What was lost may have begun at any time.
    if (!this.large.isEmpty) this.large.event(body, record.name === 'loss' ? 0n : record.enteredNs, this.identityOf);
    const effect = effectOf(body, record.name === 'call' && record.u64('ino') === 0);
    const sizeBefore = effect?.content ? this.model.sizeOf(event.file) : 0;
    this.writer.append(event as EventToWrite, data);
    this.stamps.note(event as EventToWrite, this.model.state);
    if (effect !== undefined) this.noteRaces(effect, event, record, sizeBefore);
  }

  private noteRaces(
    effect: Effect,
    { kind, comm, pid }: EventBody & Attribution,
    record: RawRecord,
    sizeBefore: number,
  ): void {
    const { file } = effect;
    const caller = { kind, comm, pid };
    const ordered = this.looks.placeOf(record);
    const proof = () => this.proofOf(file, record);
    for (const found of this.races.note(effect, caller, record, sizeBefore, ordered, proof)) {
      const cause = causeOf(found, effect, caller);
      if (found.clash.bytes !== null) this.doubt(record, cause, found.clash.bytes);
      else this.doubtWhole(record, cause, [found.other, effect]);
    }
  }

  /** The record tells what the inode was when the call returned. */
  private proofOf(file: number, record: RawRecord): Proof {
    if (!namesInode(record)) return { size: false, mode: false, owner: false };
    const node = this.model.state.rec(file);
    const isOwner = node?.uid === record.u32('uid') && node.gid === record.u32('gid');
    return { size: this.model.sizeOf(file) === record.u64('size_after'), mode: true, owner: isOwner };
  }

  /** Both calls' files, and what stands at their names, are in doubt. */
  private doubtWhole(record: RawRecord, cause: string, effects: readonly Effect[]): void {
    const { state } = this.model;
    const names = effects.flatMap((effect) => effect.names.map(({ path }) => path));
    const files = new Map(effects.map(({ file, path }) => [file, path]));
    for (const path of names) {
      const at = state.resolve(path);
      if (at.found) files.set(at.file, path);
      this.doubts.paths.add(path);
    }
    const isTree = names.length > 0 && [...files.keys()].some((file) => state.typeOf(file) === 'dir');
    if (isTree) this.doubt(record, cause, { file: 0, path: '' });
    else for (const [file, path] of files) this.doubt(record, cause, { file, path });
  }

  mapShared(record: RawRecord, file: number): void {
    this.mapped.add(file);
    const identity = this.identityOf(file);
    if (identity !== undefined) this.large.change(identity, 0, Number.POSITIVE_INFINITY, record.enteredNs);
  }

  doubt(record: RawRecord, cause: string, at: { file: number; path: string; offset?: number; length?: number }): void {
    if (at.file === 0) this.doubts.all = true;
    else this.doubts.files.add(at.file);
    const { file, path, offset = 0, length = 0 } = at;
    const lost = record.name === 'loss' ? record.u64('records') : 0;
    this.emit(record, { kind: 'gap', file, path, cause, lost, offset, length });
  }

  saveBase(file: number, parts: Iterable<BasePart>): void {
    if (this.savedBases.has(file)) return;
    this.savedBases.add(file);
    this.writer.setBaseContent(file, parts);
  }

  private get large(): LargeFiles {
    return this.preimages.large;
  }

  private readonly identityOf = (file: number): string | undefined => this.model.state.base.node(file)?.identity;

  private drain(keepsBack: boolean): void {
    const keep = keepsBack ? KEPT_RECORDS : 0;
    const untilNs = (this.queue.at(-1)?.exitNs ?? 0) - (keepsBack ? KEPT_NS : 0);
    while (this.queue.length - this.head > keep) {
      const record = this.queue[this.head] as RawRecord;
      if (record.exitNs > untilNs) break;
      this.head += 1;
      if (!this.taken.delete(record)) this.takeInOrder(record);
    }
    this.queue = this.queue.slice(this.head);
    this.head = 0;
  }

  /** What looks show to have come before is taken first. */
  private takeInOrder(record: RawRecord): void {
    for (const earlier of this.looks.before(record, this.waiting())) {
      if (this.taken.has(earlier) || this.queue.indexOf(earlier, this.head) < 0) continue;
      this.taken.add(earlier);
      this.take(earlier);
    }
    this.take(record);
  }

  private *waiting(): Generator<RawRecord> {
    for (let i = this.head; i < this.queue.length; i++) {
      const record = this.queue[i] as RawRecord;
      if (!this.taken.has(record)) yield record;
    }
  }

  private take(record: RawRecord): void {
    this.looks.taken(record);
    if (this.handle(record) === 'done') return;
    // Let calls that overlapped this one go first, one by one, until it fits.
    for (let i = this.head; i < this.queue.length; i++) {
      const other = this.queue[i] as RawRecord;
      if (other.enterNs > record.exitNs || !mayExplain(other, record) || this.taken.has(other)) continue;
      if (this.handle(other) !== 'done') continue;
      this.taken.add(other);
      this.looks.taken(other);
      if (this.handle(record) === 'done') return;
    }
    this.force = true;
    if (this.handle(record) !== 'done') {
      this.doubt(record, `${describeRecord(record)} does not fit what is known of the tree`, { file: 0, path: '' });
    }
    this.force = false;
  }

  private handle(record: RawRecord): Outcome {
    if (this.exclusion.drops(this, record)) return 'done';
    const cut = this.writes.endedBy(record);
    if (cut !== undefined) handleWrite(this, cut);
    if (record.name === 'call' && record.has(RECORD_FLAGS.cut)) return pathCutOff(this, record);
    if (record.name !== 'write') return record.name === 'look' ? 'done' : RECORD_HANDLERS[record.name](this, record);
    const kept = this.whole.size === 0 ? undefined : this.whole.get(record);
    const pieces = kept ?? this.writes.add(record);
    if (pieces === undefined) return 'done';
    const outcome = handleWrite(this, pieces);
    if (outcome !== 'done') this.whole.set(record, pieces);
    else if (kept !== undefined) this.whole.delete(record);
    return outcome;
  }
}

function namesInode(record: RawRecord): boolean {
  return 'ino' in RECORDS[record.name].fields && record.u64('ino') !== 0;
}

/** A call may have made what `record` needs; a path record tells what its inode is. */
function mayExplain(other: RawRecord, record: RawRecord): boolean {
  if (other.name === 'path') return namesInode(record) && isSameInode(other.identity(), record.identity());
  return other.name === 'call';
}
