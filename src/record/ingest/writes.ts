import { RECORD_FLAGS } from '../../events/abi.js';
import { OUTPUT_FILES } from '../../events/event.js';
import { extentsBetween } from '../../timeline/extents.js';
import { HOLE } from '../../timeline/types.js';
import type { Context, Outcome } from './context.js';
import { PAGE_BYTES } from './mapped-pages.js';
import { lostRights, modeAfterCall, withSideEffects } from './lost-rights.js';
import type { RawRecord } from './raw-record.js';

/** A write whose pieces are still coming. */
interface Partial {
  first: RawRecord;
  pieces: RawRecord[];
}

/** Puts the pieces of each write together; pieces of one call come in order, those of other threads in between. */
export class Writes {
  private readonly open = new Map<number, Partial>();

  /** The whole write, once its last piece is there. */
  add(record: RawRecord): RawRecord[] | undefined {
    const isFirst = record.u64('at') === 0;
    if (isFirst && record.has(RECORD_FLAGS.last)) return [record];
    const known = this.open.get(record.tid);
    const same =
      known !== undefined && known.first.enterNs === record.enterNs && known.first.u64('total') === record.u64('total');
    const partial = same ? known : { first: record, pieces: [] };
    partial.pieces.push(record);
    if (record.has(RECORD_FLAGS.last)) {
      this.open.delete(record.tid);
      return partial.pieces;
    }
    this.open.set(record.tid, partial);
    return undefined;
  }

  /** The write whose end cannot come any more: its thread is in another call. */
  endedBy(record: RawRecord): RawRecord[] | undefined {
    const known = this.open.size === 0 ? undefined : this.open.get(record.tid);
    if (known === undefined || record.enterNs <= known.first.enterNs) return undefined;
    this.open.delete(record.tid);
    return known.pieces;
  }

  /** Writes whose end never came. */
  unfinished(): RawRecord[][] {
    const left = [...this.open.values()].map((partial) => partial.pieces);
    this.open.clear();
    return left;
  }
}

/** One event for the whole call; ranges that did not arrive are zeros, and a gap says so. */
export function handleWrite(context: Context, pieces: readonly RawRecord[]): Outcome {
  const first = pieces[0] as RawRecord;
  const length = first.u64('total');
  if (first.has(RECORD_FLAGS.output)) {
    const fd = first.u32('fd') === 2 ? 2 : 1;
    const { data, missing } = bytesOf(context, pieces, length);
    context.emit(first, { kind: 'output.write', file: OUTPUT_FILES[fd], path: '', fd, length }, data);
    if (missing.length > 0) context.doubt(first, 'printed bytes could not be read', { file: 0, path: '' });
    return 'done';
  }
  const file = context.model.fileOf(first.identity());
  if (file === undefined) {
    if (!context.force) return 'too-early';
    context.doubt(first, 'a write to a file that was never seen', { file: 0, path: '' });
    return 'done';
  }
  const path = context.opened.pathOf(first.tid, file);
  const { data, missing } = bytesOf(context, pieces, length);
  const isAmbiguous = first.has(RECORD_FLAGS.ambiguous);
  const found = isAmbiguous
    ? context.windows.find(first, data, context.races.writesMeanwhile(file, first), context.model.sizeOf(file))
    : undefined;
  const offset = found ?? first.u64('offset');
  if (first.has(RECORD_FLAGS.mapped)) {
    const news = context.mappedPages.news(file, offset, Buffer.concat([...(data ?? [])]), (at) =>
      isHole(context, file, at),
    );
    if (news === undefined) return 'done';
    const { bytes } = news;
    context.emit(first, { kind: 'file.sync', file, path, offset: news.offset, length: bytes.length }, [bytes]);
    return 'done';
  }
  const written = { kind: 'file.write', file, path, offset, length } as const;
  context.emit(first, withSideEffects(written, lostRights(context, file, modeAfterCall(first))), data);
  for (const hole of missing) {
    context.doubt(first, 'written bytes could not be read', {
      file,
      path,
      offset: offset + hole.at,
      length: hole.length,
    });
  }
  if (isAmbiguous && found === undefined) {
    context.doubt(first, 'the shared file position moved during the write', { file, path });
  }
  return 'done';
}

/** Whether the page at `offset` was never written. */
function isHole({ model }: Context, file: number, offset: number): boolean {
  const content = model.state.rec(file)?.extents;
  if (content === undefined) return false;
  for (const extent of extentsBetween(content, offset, PAGE_BYTES)) if (extent.stream !== HOLE) return false;
  return true;
}

interface Range {
  at: number;
  length: number;
}
const NOTHING: readonly Range[] = [];

/** Most writes: all bytes in one record. */
function wholeIn(piece: RawRecord, length: number): Buffer | undefined {
  if (piece.has(RECORD_FLAGS.fault) || piece.u64('at') !== 0) return undefined;
  const bytes = piece.payloadUpTo(piece.u32('length'));
  return bytes.length === length ? bytes : undefined;
}

interface Bytes {
  /** null: none are known. */
  data: Iterable<Uint8Array> | null;
  /** Ranges of `data` that are zeros because nobody knows them. */
  missing: readonly Range[];
}

function bytesOf(context: Context, pieces: readonly RawRecord[], length: number): Bytes {
  const first = pieces[0] as RawRecord;
  return first.has(RECORD_FLAGS.aside) ? bytesAside(context, first, length) : bytesIn(pieces, length);
}

/** Of a write that went around the ring. */
function bytesAside(context: Context, write: RawRecord, length: number): Bytes {
  const saved = context.asides.of(write);
  const have = Math.min(saved?.length ?? 0, length);
  const missing = have === length ? NOTHING : [{ at: have, length: length - have }];
  if (saved === undefined || have === 0) return { data: null, missing };
  return { data: saved.read(have, length - have), missing };
}

function bytesIn(pieces: readonly RawRecord[], length: number): Bytes {
  if (pieces.length === 1) {
    const whole = wholeIn(pieces[0] as RawRecord, length);
    if (whole !== undefined) return { data: [whole], missing: NOTHING };
  }
  const data: Buffer[] = [];
  const missing: Range[] = [];
  let at = 0;
  const skipTo = (end: number) => {
    if (end <= at) return;
    data.push(Buffer.alloc(end - at));
    missing.push({ at, length: end - at });
    at = end;
  };
  for (const piece of pieces) {
    skipTo(piece.u64('at'));
    const bytes = piece.payloadUpTo(piece.u32('length'));
    if (piece.has(RECORD_FLAGS.fault)) missing.push({ at, length: bytes.length });
    data.push(bytes);
    at += bytes.length;
  }
  skipTo(length);
  return { data, missing };
}
