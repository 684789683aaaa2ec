import { RECORD_FLAGS } from '../../events/abi.js';
import type { CapturedBytes } from '../operation.js';
import type { RawRecord } from '../../journal/raw-record.js';

/** Puts the pieces of each write together; pieces of one call come in order, those of other threads in between. */
export class WritePieces {
  private readonly open = new Map<number, RawRecord[]>();

  /** The whole write, once its last piece is there. */
  add(piece: RawRecord): readonly RawRecord[] | undefined {
    const isLast = piece.has(RECORD_FLAGS.last);
    if (isLast && piece.u64('at') === 0) return [piece];
    const known = this.open.get(piece.tid);
    const pieces = known !== undefined && isSameCall(known[0] as RawRecord, piece) ? known : [];
    pieces.push(piece);
    if (isLast) this.open.delete(piece.tid);
    else this.open.set(piece.tid, pieces);
    return isLast ? pieces : undefined;
  }

  /** The write whose end cannot come any more: its thread is in another call. */
  endedBy({ tid, enterNs }: RawRecord): readonly RawRecord[] | undefined {
    const known = this.open.size === 0 ? undefined : this.open.get(tid);
    if (known === undefined || enterNs <= (known[0] as RawRecord).enterNs) return undefined;
    this.open.delete(tid);
    return known;
  }

  /** Writes whose end never came. */
  *unfinished(): Generator<readonly RawRecord[]> {
    yield* this.open.values();
    this.open.clear();
  }
}

function isSameCall(one: RawRecord, other: RawRecord): boolean {
  return one.enterNs === other.enterNs && one.u64('total') === other.u64('total');
}

/** Ranges that did not arrive, or could not be read, are zeros. */
export function bytesIn(pieces: readonly RawRecord[], length: number): CapturedBytes {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && only.u64('at') === 0 && !only.has(RECORD_FLAGS.fault)) {
    const bytes = only.payloadUpTo(only.u32('length')); // most writes: all bytes in one record
    if (bytes.length === length) return { data: [bytes], missing: NOTHING };
  }
  const data: Buffer[] = [];
  const missing: { at: number; length: number }[] = [];
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

const NOTHING: readonly never[] = [];
