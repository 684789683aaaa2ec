import type { ReactNode } from 'react';
import type { Bucket } from '../../debugger/density.js';
import type { View } from '../view.js';
import { type Line, type Span, span } from '../lines.js';
import { CLASS_ROLES, type Role } from '../theme.js';
import { Lines } from './Lines.js';

/** A bar of one event is at most this wide. */
const BAR_COLUMNS = 3;
const BARS = ' ▁▂▃▄▅▆▇█';

/** Bars over a track: how much changed where, coloured by what prevails; the playhead, gaps (!) and marks (') below. */
export function Timeline({
  view,
  length,
  marks,
}: {
  view: View;
  length: number;
  marks: readonly { seq: number }[];
}): ReactNode {
  const { columns, barRows } = view.layout;
  const { buckets, frame, gapSeqs } = view.snapshot;
  const width = Math.max(1, columns - 2);
  const bars = Array.from(
    { length: barRows },
    (_, row): Line => [span(' '), ...barLine(buckets, width, barRows - 1 - row, barRows)],
  );
  const track: Line = [span(' '), ...trackLine(width, frame?.playhead ?? 0, length, gapSeqs, marks)];
  return <Lines lines={[...bars, track].map((line) => ({ line }))} width={columns} height={barRows + 1} />;
}

/** `level` 0 is the lowest of `rows` rows of bars. */
function barLine(buckets: readonly Bucket[], width: number, level: number, rows: number): Span[] {
  const spans: Span[] = [];
  for (const [i, bucket] of buckets.entries()) {
    const from = Math.floor((i * width) / buckets.length);
    const columns = Math.floor(((i + 1) * width) / buckets.length) - from;
    const eighths = bucket.level === 0 ? 0 : Math.max(1, Math.round(bucket.level * 8 * rows));
    const filled = Math.max(0, Math.min(8, eighths - level * 8));
    const isQuiet = level === 0 && filled === 0 && bucket.class !== null;
    const glyph = isQuiet ? '·' : (BARS[filled] as string);
    const role: Role = bucket.class === null ? 'dim' : CLASS_ROLES[bucket.class];
    spans.push(span(isQuiet ? centred('·', 1, columns) : centred(glyph, BAR_COLUMNS, columns), role));
  }
  return spans;
}

/** Many events: bars without a space between them. Few: slim bars, each in the middle of its own stretch. */
function centred(glyph: string, most: number, columns: number): string {
  if (columns < 3) return glyph.repeat(columns);
  const bar = Math.min(most, columns - 1);
  const before = Math.floor((columns - bar) / 2);
  return ' '.repeat(before) + glyph.repeat(bar) + ' '.repeat(columns - bar - before);
}

function trackLine(
  width: number,
  playhead: number,
  length: number,
  gaps: readonly number[],
  marks: readonly { seq: number }[],
): Span[] {
  const at = columnOf(playhead, length, width);
  const cells = Array.from({ length: width }, (_, i): Span => (i < at ? span('━', 'accent') : span('─', 'rule')));
  for (const { seq } of marks) cells[columnOf(seq, length, width)] = span("'", 'mark');
  for (const seq of gaps) cells[columnOf(seq, length, width)] = span('!', 'bad');
  cells[at] = span('●', 'accent');
  return cells.reduce<Span[]>((out, cell) => {
    const last = out.at(-1);
    if (last !== undefined && last.role === cell.role) last.text += cell.text;
    else out.push({ ...cell });
    return out;
  }, []);
}

/** The middle of the event's own stretch of the track; the base stands at the left edge. */
export function columnOf(seq: number, length: number, width: number): number {
  return seq === 0 ? 0 : Math.min(width - 1, Math.floor(((seq - 0.5) * width) / length));
}
