import type { Debugger, Snapshot } from '../debugger/debugger.js';
import type { ChangeLetter } from '../debugger/event-text.js';
import { overviewOf } from '../debugger/event-view.js';
import { formatBytes, formatCount } from '../debugger/quantities.js';
import type { SummaryRow } from '../debugger/summary.js';
import { factLines, staticRows } from './file-rows.js';
import { type Line, span, spread } from './lines.js';
import { shortenMiddle } from './printable.js';
import type { FileRows } from './rows.js';
import { LETTER_ROLES } from './theme.js';

const WORDS: Record<ChangeLetter, string> = { A: 'added', M: 'modified', D: 'deleted', R: 'renamed' };

/** The recording at a glance: what was run, how it ended, and what it changed. */
export function overviewRows({ recording, paths }: Debugger, summary: Snapshot['summary'], width: number): FileRows {
  const facts = overviewOf(recording.info);
  if (summary !== null && summary.length > 0) facts.push({ label: 'changed', text: counts(summary) });
  const show = (path: string): string => paths.show(path);
  const changes = (summary ?? []).map((row) => summaryLine(row, show, width));
  return staticRows([...factLines(facts, width), [], ...hintLines(recording.length), [], ...changes]);
}

function counts(summary: readonly SummaryRow[]): string {
  return (Object.keys(WORDS) as ChangeLetter[])
    .map((letter) => ({ letter, count: countOf(summary, letter) }))
    .filter(({ count }) => count > 0)
    .map(({ letter, count }) => `${formatCount(count)} ${WORDS[letter]}`)
    .join(' · ');
}

function countOf(summary: readonly SummaryRow[], letter: ChangeLetter): number {
  return summary.filter((row) => row.letter === letter).reduce((sum, row) => sum + 1 + row.inside, 0);
}

function summaryLine(row: SummaryRow, show: (path: string) => string, width: number): Line {
  const sizes = [row.sizeBefore, row.sizeAfter].filter((bytes) => bytes !== null);
  const size = row.inside > 0 ? `${formatCount(row.inside)} inside` : [...new Set(sizes.map(formatBytes))].join(' → ');
  const room = width - 5 - size.length;
  const role = LETTER_ROLES[row.letter];
  return spread(
    [span(` ${row.letter} `, role), span(shortenMiddle(show(row.path) + (row.isDir ? '/' : ''), room))],
    [span(`${size} `, 'dim')],
    width,
  );
}

function hintLines(length: number): Line[] {
  if (length === 0) return [[span(' Nothing changed while the command ran.', 'dim')]];
  return [[span(' →', 'accent'), span(' first change', 'dim'), span('    ?', 'accent'), span(' every key', 'dim')]];
}
