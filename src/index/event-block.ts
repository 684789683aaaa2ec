/**
 * Event blocks: up to EVENTS_PER_BLOCK consecutive events, column by column, so that what repeats stands together.
 *
 *   ┌─────────┬───────┬───────┬───────────┬──────────────────────────────────────────────┐
 *   │ version │ crc32 │ count │ rawLength │ zstd ( column, length, bytes ; ascending … ) │
 *   │ 1 byte  │ u32le │ uint  │ uint      │                                              │
 *   └─────────┴───────┴───────┴───────────┴──────────────────────────────────────────────┘
 *                     └────────── what the crc32 covers ──────────────────────────────────┘
 *
 *   column 0 kinds     code, a byte each                column 5 files    number in the block's file list, uint
 *          1 times     tsNs less the one before, sint          6 file list  file less the one before, sint
 *          2 durations durNs, sint                             7 paths    0 as the file's last event, 1 in column 8
 *          3 actors    number in the actor list, uint          8 path texts
 *          4 actor list  pid tid proc sint, comm text          9 side effects (side-effects.ts)
 *                                                      16 × code + i   field i of a kind (event-fields.ts)
 *
 * A number that equals the length of its list so far stands for the list's next entry. The first sequence number
 * is the block's key. A column without bytes is left out. Version 1 is without column 9, and still written where it is empty.
 */
import { crc32 } from 'node:zlib';
import { wrongVersion } from '../cas/format-version.js';
import { zstdCompress, zstdDecompress } from '../cas/zstd.js';
import { invariant } from '../errors.js';
import type { DkEvent } from '../events/event.js';
import { writtenStream } from '../events/event.js';
import { KINDS } from '../events/kinds.js';
import { MOST, mostUnpacked } from '../events/limits.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { KindLayout } from './event-fields.js';
import { LAYOUTS } from './event-fields.js';
import type { FileContext } from './field-codecs.js';
import { SideEffectsReader, SideEffectsWriter } from './side-effects.js';

export const EVENTS_PER_BLOCK = 2048;
/** A block also ends when the arguments and attributes in it measure this. */
const HEAVY_BLOCK_BYTES = 4 << 20;
const BLOCK_VERSION = 2;
const VERSION_WITHOUT_SIDE_EFFECTS = 1;

const Column = {
  kinds: 0,
  times: 1,
  durations: 2,
  actors: 3,
  actorList: 4,
  files: 5,
  fileList: 6,
  paths: 7,
  texts: 8,
  sideEffects: 9,
};

interface Actor {
  pid: number;
  tid: number;
  proc: number;
  comm: string;
}

/** What encoder and decoder both know after each event. */
class BlockContext {
  tsNs = 0;
  lastFile = 0;
  readonly actors: Actor[] = [];
  readonly files: FileContext[] = [];

  addFile(file: number): FileContext {
    const context = { file, path: undefined, end: 0, dataEnd: 0 };
    this.files.push(context);
    this.lastFile = file;
    return context;
  }

  /** Learns where the event left its file and stream. */
  moved(event: DkEvent, context: FileContext): void {
    context.path = event.path;
    if (!('length' in event)) return;
    if ('offset' in event) context.end = safeSum(event.offset, event.length);
    if ('data' in event && event.data !== null && event.data.stream === writtenStream(event.file)) {
      context.dataEnd = safeSum(event.data.off, event.length);
    }
  }
}

/** A prediction only: 0 where the sum is no safe integer. */
function safeSum(a: number, b: number): number {
  return a + b <= Number.MAX_SAFE_INTEGER ? a + b : 0;
}

/** What each argument and attribute takes in memory besides its bytes. */
const ITEM_BYTES = 16;

/** Bytes of what an event can carry without bound; 0 for most. */
export function heavyBytes(event: DkEvent): number {
  return ownBytes(event) + (event.also === undefined ? 0 : attributeBytes(event.also.xattrs));
}

function attributeBytes(xattrs: Record<string, Uint8Array | null>): number {
  const entries = Object.entries(xattrs);
  return entries.reduce((sum, [name, value]) => sum + name.length + (value?.length ?? 0) + ITEM_BYTES, 0);
}

function ownBytes(event: DkEvent): number {
  if (event.kind === 'proc.exec') return event.argv.reduce((sum, argument) => sum + argument.length + ITEM_BYTES, 0);
  if (event.kind === 'meta.xattr') return event.value?.length ?? 0;
  if (event.kind !== 'resync' || event.truth === null) return 0;
  return attributeBytes(event.truth.xattrs);
}

export function isFullBlock(count: number, heavy: number): boolean {
  return count >= EVENTS_PER_BLOCK || heavy >= HEAVY_BLOCK_BYTES;
}

export function encodeEventBlock(events: readonly DkEvent[]): Buffer {
  const columns: (ByteWriter | undefined)[] = new Array(COLUMNS);
  const column = (number: number): ByteWriter => (columns[number] ??= new ByteWriter());
  const block = new BlockContext();
  const actorOfThread = new Map<number, number>();
  const fileNumbers = new Map<number, number>();
  const sideEffects = new SideEffectsWriter();
  for (const [i, event] of events.entries()) {
    const layout = LAYOUTS[KINDS[event.kind].code] as KindLayout;
    column(Column.kinds).byte(layout.code);
    column(Column.times).sint(event.tsNs - block.tsNs);
    column(Column.durations).sint(event.durNs);
    block.tsNs = event.tsNs;
    column(Column.actors).uint(actorNumber(event, block, actorOfThread, column(Column.actorList)));
    let number = fileNumbers.get(event.file);
    column(Column.files).uint(number ?? block.files.length);
    if (number === undefined) {
      number = block.files.length;
      fileNumbers.set(event.file, number);
      column(Column.fileList).sint(event.file - block.lastFile);
      block.addFile(event.file);
    }
    const context = block.files[number] as FileContext;
    const samePath = event.path === context.path;
    column(Column.paths).byte(samePath ? 0 : 1);
    if (!samePath) column(Column.texts).text(event.path);
    const values = event as unknown as Record<string, unknown>;
    for (const field of layout.fields) field.codec.put(column(field.column), values[field.name], context);
    if (event.also !== undefined) sideEffects.put(column(Column.sideEffects), i, event.also);
    block.moved(event, context);
  }
  return seal(events.length, columns);
}

function actorNumber(event: DkEvent, block: BlockContext, byThread: Map<number, number>, list: ByteWriter): number {
  const known = byThread.get(event.tid);
  const actor = known === undefined ? undefined : block.actors[known];
  if (actor && actor.pid === event.pid && actor.proc === event.proc && actor.comm === event.comm) {
    return known as number;
  }
  const { pid, tid, proc, comm } = event;
  list.sint(pid);
  list.sint(tid);
  list.sint(proc);
  list.text(comm);
  byThread.set(tid, block.actors.length);
  return block.actors.push({ pid, tid, proc, comm }) - 1;
}

function seal(count: number, columns: readonly (ByteWriter | undefined)[]): Buffer {
  const raw = new ByteWriter(1 << 16);
  columns.forEach((column, number) => {
    if (column === undefined || column.length === 0) return;
    raw.uint(number);
    raw.bytes(column.view());
  });
  const body = new ByteWriter();
  body.uint(count);
  body.uint(raw.length);
  body.raw(zstdCompress(raw.view()));
  const block = new ByteWriter(body.length + 5);
  block.byte(columns[Column.sideEffects] === undefined ? VERSION_WITHOUT_SIDE_EFFECTS : BLOCK_VERSION);
  block.uint32(crc32(body.view()));
  block.raw(body.view());
  return Buffer.from(block.view());
}

/** Number of events in a block and of the bytes in its columns, without decoding it. Its checksum is verified. */
export function eventBlockSize(block: Buffer, where: string): { count: number; rawLength: number } {
  return openBlock(block, where);
}

function openBlock(block: Buffer, where: string): { reader: ByteReader; count: number; rawLength: number } {
  const reader = new ByteReader(block, where);
  const version = reader.byte();
  if (version !== BLOCK_VERSION && version !== VERSION_WITHOUT_SIDE_EFFECTS) {
    throw wrongVersion(where, version, BLOCK_VERSION);
  }
  const sum = reader.uint32();
  if (crc32(block.subarray(reader.at)) !== sum) reader.damaged('its checksum does not match');
  const count = reader.uint();
  if (count === 0 || count > MOST.blockEvents) reader.damaged(`it claims ${count} events`);
  const rawLength = reader.uint();
  if (rawLength > mostUnpacked(reader.left, MOST.eventBlockBytes)) reader.damaged(`it claims ${rawLength} bytes`);
  return { reader, count, rawLength };
}

export function decodeEventBlock(block: Buffer, firstSeq: number, where: string): DkEvent[] {
  const { reader, count, rawLength } = openBlock(block, where);
  const columns = readColumns(decompress(reader, rawLength), where);
  const empty = new ByteReader(Buffer.alloc(0), where);
  const column = (number: number): ByteReader => columns[number] ?? empty;
  const context = new BlockContext();
  const events = new Array<DkEvent>(count);
  const budget = new BlockBudget((reason) => reader.damaged(reason));
  const sideEffects = new SideEffectsReader(column(Column.sideEffects));
  for (let i = 0; i < count; i++) {
    const event = decodeEvent(firstSeq + i, context, column);
    const also = sideEffects.of(i);
    if (also !== undefined) event.also = also;
    events[i] = event;
    budget.take(event);
  }
  return events;
}

/** A few bytes can stand for very many empty arguments or attributes. */
class BlockBudget {
  #arguments = MOST.arguments;
  #attributes = MOST.blockAttributes;

  constructor(readonly damaged: (reason: string) => never) {}

  take(event: DkEvent): void {
    if (event.kind === 'proc.exec') this.#arguments -= event.argv.length;
    else if (event.kind === 'resync' && event.truth !== null) this.#attributes -= countOf(event.truth.xattrs);
    if (event.also !== undefined) this.#attributes -= countOf(event.also.xattrs);
    if (this.#arguments < 0) this.damaged('it has too many arguments');
    if (this.#attributes < 0) this.damaged('it has too many attributes');
  }
}

const countOf = (xattrs: object): number => Object.keys(xattrs).length;

function decodeEvent(seq: number, block: BlockContext, column: (number: number) => ByteReader): DkEvent {
  const kinds = column(Column.kinds);
  const layout = LAYOUTS[kinds.byte()] ?? kinds.damaged('it has an event of unknown kind');
  block.tsNs += column(Column.times).sint();
  if (!Number.isSafeInteger(block.tsNs)) kinds.damaged('a time is out of range');
  const durNs = column(Column.durations).sint();
  const actor = readActor(block, column);
  const file = readFile(block, column);
  const path = column(Column.paths).byte() === 0 ? (file.path ?? '') : column(Column.texts).path();
  const { pid, tid, comm, proc } = actor;
  const event: Record<string, unknown> = {
    seq,
    tsNs: block.tsNs,
    durNs,
    pid,
    tid,
    comm,
    proc,
    file: file.file,
    path,
    kind: layout.kind,
  };
  for (const field of layout.fields) event[field.name] = field.codec.get(column(field.column), file);
  const decoded = event as unknown as DkEvent;
  block.moved(decoded, file);
  return decoded;
}

function readActor(block: BlockContext, column: (number: number) => ByteReader): Actor {
  const number = column(Column.actors).uint();
  const known = block.actors[number];
  if (known) return known;
  const list = column(Column.actorList);
  if (number !== block.actors.length) list.damaged('it names an actor that is not there');
  const actor = { pid: list.sint(), tid: list.sint(), proc: list.sint(), comm: list.text() };
  block.actors.push(actor);
  return actor;
}

function readFile(block: BlockContext, column: (number: number) => ByteReader): FileContext {
  const number = column(Column.files).uint();
  const known = block.files[number];
  if (known) return known;
  const list = column(Column.fileList);
  if (number !== block.files.length) list.damaged('it names a file that is not there');
  const file = block.lastFile + list.sint();
  if (!(file >= 0 && file <= MOST_FILES)) list.damaged('a file id is out of range');
  return block.addFile(file);
}
/** So that the numbers of both its streams are safe integers. */
const MOST_FILES = Math.floor((Number.MAX_SAFE_INTEGER - 1) / 2);

function decompress(reader: ByteReader, rawLength: number): Buffer {
  try {
    return zstdDecompress(reader.raw(reader.left), rawLength);
  } catch (cause) {
    return reader.damaged(`it does not decompress (${(cause as Error).message})`);
  }
}

function readColumns(raw: Buffer, where: string): (ByteReader | undefined)[] {
  const reader = new ByteReader(raw, where);
  const columns: (ByteReader | undefined)[] = new Array(COLUMNS);
  let previous = -1;
  while (reader.left > 0) {
    const number = reader.uint();
    if (number <= previous || number > MOST_COLUMNS) reader.damaged('its columns are out of order');
    columns[number] = new ByteReader(reader.bytes(), where);
    previous = number;
  }
  return columns;
}
const MOST_COLUMNS = 16 * 256;
/** Of the kinds there are. With room for all from the start, an array that is mostly holes stays an array. */
const COLUMNS = 16 * LAYOUTS.length;

invariant(LAYOUTS.length * 16 <= MOST_COLUMNS, 'event kinds have more columns than a block can number');
