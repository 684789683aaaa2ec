import type { ReactNode } from 'react';
import type { DisplayPaths } from '../../debugger/display-path.js';
import type { EventRow } from '../../debugger/event-rows.js';
import type { EventText } from '../../debugger/event-text.js';
import { formatCount, formatTime } from '../../debugger/quantities.js';
import type { View } from '../view.js';
import { type Line, lineWidth, padEnd, padStart, span, spread } from '../lines.js';
import { paneTitle } from '../pane-title.js';
import { printable, shortenEnd, shortenMiddle, widthOf } from '../printable.js';
import { CLASS_ROLES, type Role } from '../theme.js';
import { Lines, type ToneLine } from './Lines.js';

const OP_WIDTH = 8;
const TIME_WIDTH = 9;
const COMM_WIDTH = 12;
const WIDE = 62;
const VERY_WIDE = 80;

/** The events around the playhead; what has not happened yet is dim. */
export function EventList({ view, paths, length }: { view: View; paths: DisplayPaths; length: number }): ReactNode {
  const { width, height } = view.layout.panes.events;
  const { frame, settings } = view.snapshot;
  const focused = view.focus === 'events';
  const note = [settings.filter === null ? '' : 'filtered', settings.changesOnly ? 'changes only' : '']
    .filter(Boolean)
    .join(' · ');
  const title = paneTitle('1 Events', focused, note || formatCount(length), width);
  const rows = (frame?.rows ?? []).map((row): ToneLine => {
    const isHere = row.seq === frame?.playhead;
    const line = eventLine(row, frame?.playhead ?? 0, paths, length, width);
    return isHere ? { line, over: focused ? 'cursor' : 'strong' } : { line };
  });
  return <Lines lines={[{ line: title }, ...rows]} width={width} height={height} />;
}

export function eventLine(row: EventRow, playhead: number, paths: DisplayPaths, length: number, width: number): Line {
  const isFuture = row.seq > playhead;
  const as = (role: Role): Role => (isFuture ? 'future' : role);
  const digits = String(length).length;
  const marker = span(row.seq === playhead ? '▶ ' : '  ', 'accent');
  const seq = span(`${padStart(String(row.seq), digits)} `, 'dim');
  const { text } = row;
  const time =
    width < WIDE ? [] : [span(`${padStart(text === undefined ? '' : formatTime(row.tsNs), TIME_WIDTH)}  `, 'dim')];
  if (text === undefined)
    return [marker, seq, ...time, span(`${padEnd('base', OP_WIDTH)} before the command`, as('dim'))];
  const role = CLASS_ROLES[text.class];
  const comm = width >= VERY_WIDE ? [span(` ${padEnd(shortenEnd(row.comm, COMM_WIDTH), COMM_WIDTH)}`, 'dim')] : [];
  const op = span(`${padEnd(text.op, OP_WIDTH)} `, as(role));
  const head: Line = [marker, seq, ...time, op];
  const room = width - lineWidth(head) - lineWidth(comm) - 1;
  return spread([...head, ...body(row, paths, room, as)], comm, width);
}

/** The path with its detail at the right; the detail alone where there is no path. */
function body({ text, changes }: EventRow, paths: DisplayPaths, room: number, as: (role: Role) => Role): Line {
  if (text === undefined) return [];
  if (text.path === '') return [span(shortenEnd(text.detail, room), as(text.class === 'gap' ? 'bad' : 'dim'))];
  const full = text.newPath === null ? paths.show(text.path) : arrow(text.path, text.newPath, paths);
  // The path comes first: the detail takes what is left, and a short form or nothing when that is too little.
  const left = room - widthOf(printable(full)) - 1;
  const detail = detailFor(text, left, room);
  const pathRoom = room - (detail === '' ? 0 : widthOf(detail) + 1);
  const path = span(shortenMiddle(full, pathRoom), as(changes ? 'normal' : 'dim'));
  return spread([path], detail === '' ? [] : [span(detail, as('dim'))], room);
}

function detailFor(text: EventText, left: number, room: number): string {
  const whole = printable(text.detail);
  if (widthOf(whole) <= left) return whole;
  if (text.brief !== '' && widthOf(text.brief) <= left) return text.brief;
  if (left >= 12) return shortenEnd(whole, left);
  return room >= 40 ? shortenEnd(text.brief || whole, 12) : '';
}

/** `dir/old → new` when both stand in one directory. */
function arrow(from: string, to: string, paths: DisplayPaths): string {
  const dir = from.slice(0, from.lastIndexOf('/') + 1);
  const isBeside = to.startsWith(dir) && !to.slice(dir.length).includes('/');
  return `${paths.show(from)} → ${isBeside ? to.slice(dir.length) : paths.show(to)}`;
}
