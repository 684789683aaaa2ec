import { homedir } from 'node:os';
import type { ReactNode } from 'react';
import { formatBytes } from '../../debugger/quantities.js';
import type { TreeRow } from '../../debugger/tree-rows.js';
import type { View } from '../view.js';
import { type Line, lineWidth, span, spread } from '../lines.js';
import { paneTitle } from '../pane-title.js';
import { shortenMiddle } from '../printable.js';
import { LETTER_ROLES, type Role } from '../theme.js';
import { Lines, type ToneLine } from './Lines.js';

/** The tree as it was at the playhead: A M D R what this event did, • what was changed before. */
export function FileTree({ view }: { view: View }): ReactNode {
  const { width, height } = view.layout.panes.tree;
  const { frame, settings } = view.snapshot;
  const focused = view.focus === 'tree';
  const note = [settings.touchedOnly ? 'changed only' : '', settings.follow ? '' : 'held'].filter(Boolean).join(' · ');
  const { top, cursor } = view.tree;
  const rows = (frame?.tree ?? []).slice(top, top + height - 1).map((row, i): ToneLine => {
    const isCursor = top + i === cursor;
    const line = treeLine(row, width, isCursor);
    return isCursor && focused ? { line, over: 'cursor' } : { line };
  });
  return (
    <Lines lines={[{ line: paneTitle('2 Files', focused, note, width) }, ...rows]} width={width} height={height} />
  );
}

export function treeLine(row: TreeRow, width: number, isCursor: boolean): Line {
  const pointer = span(isCursor ? '▶' : ' ', 'accent');
  const mark =
    row.letter === null ? span(row.touched ? '• ' : '  ', 'dim') : span(`${row.letter} `, LETTER_ROLES[row.letter]);
  if (row.type === 'more' || row.type === 'group') return [pointer, mark, indent(row), span(row.name, 'dim')];
  const fold = row.type !== 'dir' ? '  ' : row.open ? '▾ ' : '▸ ';
  const head: Line = [pointer, mark, indent(row), span(fold, 'dim')];
  const size: Line = row.sizeBytes === null || row.gone ? [] : [span(`${formatBytes(row.sizeBytes)} `, 'dim')];
  const room = width - lineWidth(head) - lineWidth(size) - 1;
  return spread([...head, span(shortenMiddle(nameOf(row), room), roleOf(row))], size, width);
}

function indent(row: TreeRow): { text: string } {
  return span('  '.repeat(Math.min(row.depth, 20)));
}

function nameOf(row: TreeRow): string {
  if (row.type === 'dir') return row.depth === 0 ? underHome(row.name) : `${row.name}/`;
  return row.target === null ? row.name : `${row.name} → ${row.target}`;
}

function underHome(path: string): string {
  const home = homedir();
  return home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function roleOf(row: TreeRow): Role {
  if (row.gone) return 'gone';
  if (row.letter !== null) return LETTER_ROLES[row.letter];
  if (row.type === 'dir') return 'normal';
  return row.touched ? 'normal' : 'dim';
}
