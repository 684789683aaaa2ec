/**
 * A file's bytes as hex, a row for every 16 (or 8, or 4) bytes:
 *   00000040  68 65 6c 6c 6f 20 77 6f  72 6c 64 0a              hello world.
 * In a diff every row that differs stands twice, before (-) and after (+).
 */
import type { HexBody } from '../debugger/file-view.js';
import type { FileWindow } from '../debugger/file-window.js';
import { indexFrom } from '../debugger/ascending.js';
import type { FileRows } from './rows.js';
import { type Line, type Span, span } from './lines.js';
import type { Role } from './theme.js';

export function hexRows(body: HexBody, width: number): FileRows {
  const per = bytesPerRow(width, body);
  const rows = rowTable(body, per);
  return {
    count: Math.max(1, rows.count),
    hunks: rows.changedAt === undefined ? [] : [rows.changedAt],
    autoLeft: 0,
    row: (index) => {
      if (rows.count === 0) return [span(' (empty)', 'dim')];
      const { number, side } = rows.at(index);
      return hexRow(body, number * per, per, side);
    },
    rowOfByte: (offset) => rows.indexOfRow(Math.floor((offset - body.after.offset) / per)),
  };
}

/** As many as fit: offset and sign, 3 columns a byte in hex with a wider gap every 8, 1 as a character. */
function bytesPerRow(width: number, body: HexBody): number {
  const fixed = offsetDigits(body) + 5;
  return [32, 16, 8].find((count) => fixed + count * 4 + count / 8 - 1 <= width) ?? 4;
}

function offsetDigits({ after, before }: HexBody): number {
  return Math.max(4, Math.max(after.sizeBytes, before?.sizeBytes ?? 0).toString(16).length);
}

type Side = 'same' | 'before' | 'after';

interface RowTable {
  count: number;
  changedAt: number | undefined;
  at(index: number): { number: number; side: Side };
  indexOfRow(number: number): number;
}

/** Rows before the change and after it stand once; those within it once for each side that has them. */
function rowTable(body: HexBody, per: number): RowTable {
  const rowsAfter = Math.ceil(body.after.bytes.length / per);
  const rowsBefore = body.isDiff ? Math.ceil((body.before?.bytes.length ?? 0) / per) : 0;
  const { changed } = body;
  if (!body.isDiff || changed === undefined) {
    return {
      count: rowsAfter,
      changedAt: changed === undefined ? undefined : Math.floor((changed.from - body.after.offset) / per),
      at: (index) => ({ number: index, side: 'same' }),
      indexOfRow: (number) => number,
    };
  }
  const first = Math.floor((changed.from - body.after.offset) / per);
  const last = Math.ceil((changed.to - body.after.offset) / per);
  // starts[i]: index of the first line of row first + i
  const starts: number[] = [];
  const sides: { number: number; side: Side }[] = [];
  for (let number = first; number < last; number++) {
    starts.push(first + sides.length);
    if (number < rowsBefore) sides.push({ number, side: 'before' });
    if (number < rowsAfter) sides.push({ number, side: 'after' });
  }
  const tail = Math.max(0, rowsAfter - last);
  return {
    count: first + sides.length + tail,
    changedAt: first,
    at: (index) => {
      if (index < first) return { number: index, side: 'same' };
      return sides[index - first] ?? { number: last + index - first - sides.length, side: 'same' };
    },
    indexOfRow: (number) => {
      if (number < first) return number;
      return number < last ? (starts[number - first] ?? first) : first + sides.length + number - last;
    },
  };
}

function hexRow(body: HexBody, at: number, per: number, side: Side): Line {
  const window = side === 'before' ? (body.before as FileWindow) : body.after;
  const other = side === 'before' ? body.after : body.before;
  const role: Role = side === 'same' ? 'normal' : side === 'before' ? 'remove' : 'add';
  const hot: Role = side === 'before' ? 'hotRemove' : 'hotAdd';
  const sign = side === 'same' ? ' ' : side === 'before' ? '-' : '+';
  const hex: Span[] = [];
  const text: Span[] = [];
  for (let i = 0; i < per; i++) {
    const byte = window.bytes[at + i];
    const absolute = window.offset + at + i;
    const gap = i > 0 && i % 8 === 0 ? '  ' : ' ';
    if (byte === undefined) {
      hex.push(span(`${gap}  `));
      text.push(span(' '));
      continue;
    }
    const unknown = isUnknown(window, absolute);
    // What only one side has is told by the sign; set off is what replaces something.
    const twin = other?.bytes[at + i];
    const differs = body.changed !== undefined && twin !== undefined && twin !== byte;
    const look: Role = unknown ? 'bad' : differs ? hot : role;
    hex.push(span(gap, 'normal'), span(unknown ? '??' : byte.toString(16).padStart(2, '0'), look));
    text.push(
      span(
        unknown ? '?' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
        byte === 0 && !differs ? 'dim' : look,
      ),
    );
  }
  const offset = (window.offset + at).toString(16).padStart(offsetDigits(body), '0');
  return [span(` ${offset} `, 'dim'), span(sign, role), ...merged(hex), span('  '), ...merged(text)];
}

function isUnknown(window: FileWindow, offset: number): boolean {
  const ends = window.unknown.map((range) => range.offset + range.length);
  const range = window.unknown[indexFrom(ends, offset + 1)];
  return range !== undefined && offset >= range.offset;
}

/** Neighbours of one role become one span: fewer escape sequences, and no unset space between two hot bytes. */
function merged(spans: Span[]): Span[] {
  const out: Span[] = [];
  for (const part of spans) {
    const last = out.at(-1);
    if (last !== undefined && last.role === part.role) last.text += part.text;
    else out.push({ ...part });
  }
  return out;
}
