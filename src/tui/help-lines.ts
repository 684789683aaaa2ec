import { CONTEXT_TITLES, type Context, KEYMAP, keyLabel } from './keymap.js';
import { type Line, padEnd, span } from './lines.js';
import { widthOf } from './printable.js';

const KEYS_WIDTH = 24;
const TWO_COLUMNS_WIDTH = 150;

/** The whole key table, for a screen of this width. */
export function helpLines(columns: number): Line[] {
  if (columns < TWO_COLUMNS_WIDTH) return sections(Object.keys(CONTEXT_TITLES) as Context[], columns);
  const half = Math.floor(columns / 2) - 2;
  const left = sections(['global'], half);
  const right = sections(['events', 'tree', 'file', 'prompt', 'help'], half);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    ...fill(left[i] ?? [], half),
    ...(right[i] ?? []),
  ]);
}

function sections(contexts: readonly Context[], columns: number): Line[] {
  const keysWidth = columns < 100 ? 14 : KEYS_WIDTH;
  return contexts.flatMap((context, i) => [
    ...(i === 0 ? [] : [[]]),
    [span(` ${CONTEXT_TITLES[context]}`, 'title')],
    ...KEYMAP.filter((row) => row.context === context).map((row): Line => {
      const keys = row.keys.map(keyLabel).join('  ');
      return [span(`   ${padEnd(keys, keysWidth)} `, 'accent'), span(row.about)];
    }),
  ]);
}

function fill(line: Line, width: number): Line {
  const used = line.reduce((sum, part) => sum + widthOf(part.text), 0);
  return [...line, span(' '.repeat(Math.max(0, width - used)))];
}
