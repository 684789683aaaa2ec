import { type EventClass, eventText } from '../../debugger/event-text.js';
import type { DkEvent } from '../../events/event.js';
import type { Kind } from '../../events/kinds.js';
import { printable } from './escape.js';
import type { Colour, Paint } from './paint.js';
import { padEnd } from './table.js';
import { sinceStart } from './units.js';

/** How a path is printed: escaped, relative to the recording's directory where it lies below it. */
export type ShowPath = (path: string) => string;

const COLOURS: Record<EventClass, Colour> = {
  add: 'green',
  write: 'cyan',
  delete: 'red',
  move: 'magenta',
  meta: 'blue',
  sync: 'dim',
  process: 'dim',
  output: 'dim',
  gap: 'red',
};

/** What stands before the second path of a kind that has two. */
const JOINTS: Partial<Record<Kind, string>> = { 'link.create': 'as', 'path.rename': 'to', 'path.exchange': 'with' };

/** `SEQ  +TIME  PID COMM  OP  PATH  DETAIL`, columns at least two spaces apart. */
export function logLine(event: DkEvent, show: ShowPath, paint: Paint, seqWidth: number): string {
  const text = eventText(event);
  const path = event.kind === 'proc.exec' ? event.exe : text.path;
  const columns = [
    paint('bold', padEnd(String(event.seq), seqWidth)),
    paint('dim', sinceStart(event.tsNs).padEnd(10)),
    padEnd(`${event.pid} ${printable(event.comm)}`, 16),
    paint(COLOURS[text.class], text.op.padEnd(8)),
    padEnd(path === '' ? '-' : show(path), 24),
    detailText(event, show),
  ];
  return `${columns.join('  ').trimEnd()}\n`;
}

export function detailText(event: DkEvent, show: ShowPath): string {
  const { newPath, detail } = eventText(event);
  const second = newPath === null ? '' : `${JOINTS[event.kind] ?? 'to'} ${show(newPath)}`;
  return [second, printable(detail)].filter((part) => part !== '').join(' · ');
}
