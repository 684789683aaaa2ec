import {
  Frontier,
  first,
  fromItems,
  items,
  join,
  last,
  replaceLast,
  type Seq,
  Tree,
  totalOf,
  withoutFirst,
} from './balanced.js';
import { type Extent, HOLE, UNKNOWN } from './types.js';

/** `length` bytes from `off` in `stream`. Where it stands in the file follows from the pieces before it. */
export class Piece {
  constructor(
    readonly length: number,
    readonly stream: number,
    readonly off: number,
  ) {}
}

/** A file's content as a persistent sequence of pieces; its total is the file's size. */
export type Extents = Seq<Piece>;

export function wholeExtents(length: number, stream: number, off = 0): Extents {
  return length === 0 ? null : new Tree(null, piece(length, stream, off), null);
}

/** A write of `length` bytes at `at`; a gap between the end and `at` becomes a hole. */
export function writeExtents(extents: Extents, at: number, length: number, stream: number, off: number): Extents {
  if (length === 0) return extents;
  const grown = resizeExtents(extents, Math.max(at, totalOf(extents)));
  const added = piece(length, stream, off);
  if (at === totalOf(grown)) return append(grown, added);
  return concat(append(take(grown, at), added), drop(grown, at + length));
}

/** Puts `pieces` over [at, at + their length). */
export function pasteExtents(extents: Extents, at: number, pieces: Extents): Extents {
  if (pieces === null) return extents;
  const grown = resizeExtents(extents, Math.max(at, totalOf(extents)));
  return concat(concat(take(grown, at), pieces), drop(grown, at + pieces.total));
}

export function resizeExtents(extents: Extents, size: number): Extents {
  const now = totalOf(extents);
  if (size === now) return extents;
  return size < now ? take(extents, size) : append(extents, piece(size - now, HOLE, 0));
}

export function sliceExtents(extents: Extents, at: number, length: number): Extents {
  return take(drop(extents, at), length);
}

/** Takes [at, at + length) out; what follows moves down (FALLOC_FL_COLLAPSE_RANGE). */
export function collapseExtents(extents: Extents, at: number, length: number): Extents {
  return concat(take(extents, at), drop(extents, at + length));
}

/** Puts a hole in at `at`; what follows moves up (FALLOC_FL_INSERT_RANGE). */
export function insertHole(extents: Extents, at: number, length: number): Extents {
  if (length === 0) return extents;
  return concat(append(take(extents, at), piece(length, HOLE, 0)), drop(extents, at));
}

export function* iterateExtents(extents: Extents): Generator<Extent> {
  let at = 0;
  for (const { length, stream, off } of items(extents)) {
    yield { at, length, stream, off };
    at += length;
  }
}

/** Extents that overlap [from, from + length), cut to it. Finds the first in O(log n). */
export function* extentsBetween(extents: Extents, from: number, length: number): Generator<Extent> {
  let at = Math.max(0, from);
  for (const one of items(sliceExtents(extents, at, length))) {
    yield { at, length: one.length, stream: one.stream, off: one.off };
    at += one.length;
  }
}

/** Builds from extents in order, merging those that continue each other. */
export function extentsFrom(pieces: Iterable<{ length: number; stream: number; off: number }>): Extents {
  const merged: Piece[] = [];
  for (const { length, stream, off } of pieces) {
    if (length === 0) continue;
    const before = merged[merged.length - 1];
    const next = piece(length, stream, off);
    if (before !== undefined && continues(before, next)) merged[merged.length - 1] = merge(before, next);
    else merged.push(next);
  }
  return fromItems(merged);
}

/** The extents of `b` that are not the same bytes at the same place in `a`. Shared subtrees at the same offset are skipped. */
export function* extentDifferences(a: Extents, b: Extents): Generator<Extent> {
  const left = new Frontier(a);
  const right = new Frontier(b);
  let atA = 0;
  let atB = 0;
  let leftPiece: Piece | undefined;
  for (;;) {
    const next = right.peek();
    if (next === undefined) return;
    if (leftPiece === undefined) {
      const other = left.peek();
      if (other !== undefined && other === next && atA === atB) {
        const length = other instanceof Tree ? other.total : other.length;
        atA += length;
        atB += length;
        left.skip();
        right.skip();
        continue;
      }
      if (other instanceof Tree && atA + other.total <= atB) {
        atA += other.total;
        left.skip();
        continue;
      }
      if (other instanceof Tree && (!(next instanceof Tree) || other.count >= next.count || atA < atB)) {
        left.open();
        continue;
      }
      if (next instanceof Tree) {
        right.open();
        continue;
      }
      if (other !== undefined) {
        leftPiece = other as Piece;
        left.skip();
        continue;
      }
    } else if (next instanceof Tree) {
      right.open();
      continue;
    }
    const mine = next as Piece;
    if (leftPiece !== undefined && atA + leftPiece.length <= atB) {
      atA += leftPiece.length;
      leftPiece = undefined;
      continue;
    }
    right.skip();
    const same =
      leftPiece !== undefined &&
      leftPiece.stream === mine.stream &&
      atA <= atB &&
      atA + leftPiece.length >= atB + mine.length &&
      (mine.stream <= UNKNOWN || leftPiece.off + (atB - atA) === mine.off);
    if (!same) yield { at: atB, length: mine.length, stream: mine.stream, off: mine.off };
    atB += mine.length;
  }
}

/** Holes and unknown ranges have no place in a stream, so that neighbours always merge. */
function piece(length: number, stream: number, off: number): Piece {
  return new Piece(length, stream, stream <= UNKNOWN ? 0 : off);
}

function continues(before: Piece, after: Piece): boolean {
  return before.stream === after.stream && (before.stream <= UNKNOWN || before.off + before.length === after.off);
}

function merge(before: Piece, after: Piece): Piece {
  return new Piece(before.length + after.length, before.stream, before.off);
}

function append(extents: Extents, added: Piece): Extents {
  if (extents === null) return new Tree(null, added, null);
  const end = last(extents);
  return continues(end, added) ? replaceLast(extents, merge(end, added)) : join(extents, added, null);
}

function concat(a: Extents, b: Extents): Extents {
  if (a === null) return b;
  if (b === null) return a;
  const end = last(a);
  const start = first(b);
  const rest = withoutFirst(b);
  if (!continues(end, start)) return join(a, start, rest);
  const merged = replaceLast(a, merge(end, start));
  return rest === null ? merged : join(merged, first(rest), withoutFirst(rest));
}

/** The first `length` bytes. */
function take(extents: Extents, length: number): Extents {
  if (extents === null || length <= 0) return null;
  if (length >= extents.total) return extents;
  const { left, item, right } = extents;
  const before = totalOf(left);
  if (length <= before) return take(left, length);
  const within = length - before;
  if (within < item.length) return join(left, new Piece(within, item.stream, item.off), null);
  return join(left, item, take(right, within - item.length));
}

/** Everything from `length` on. */
function drop(extents: Extents, length: number): Extents {
  if (extents === null || length <= 0) return extents;
  if (length >= extents.total) return null;
  const { left, item, right } = extents;
  const before = totalOf(left);
  if (length < before) return join(drop(left, length), item, right);
  const within = length - before;
  if (within === 0) return join(null, item, right);
  if (within < item.length) {
    return join(
      null,
      new Piece(item.length - within, item.stream, item.stream <= UNKNOWN ? 0 : item.off + within),
      right,
    );
  }
  return drop(right, within - item.length);
}
