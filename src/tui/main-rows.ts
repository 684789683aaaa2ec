import type { Debugger } from '../debugger/debugger.js';
import { eventLines, fileRows, staticRows } from './file-rows.js';
import { overviewRows } from './overview-rows.js';
import type { FileRows } from './rows.js';

/** The rows of the file pane, whatever stands there: a file, an event, or the recording at a glance. */
export function mainRows(debug: Debugger, width: number): FileRows {
  const { frame, summary } = debug.snapshot;
  if (frame === undefined) return staticRows([]);
  const { main } = frame;
  if (main.kind === 'file') return fileRows(main.view, width);
  if (main.kind === 'event') return staticRows(eventLines(main.view, width));
  return overviewRows(debug, summary, width);
}
