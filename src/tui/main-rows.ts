import type { Debugger } from '../debugger/debugger.js';
import { overviewOf } from '../debugger/event-view.js';
import type { MainView } from '../debugger/frame.js';
import { eventLines, factLines, fileRows, staticRows } from './file-rows.js';
import type { FileRows } from './rows.js';
import { type Line, span } from './lines.js';

/** The rows of the file pane, whatever stands there: a file, an event, or the recording at a glance. */
export function mainRows(main: MainView | undefined, { recording }: Debugger, width: number): FileRows {
  if (main === undefined) return staticRows([]);
  if (main.kind === 'file') return fileRows(main.view, width);
  if (main.kind === 'event') return staticRows(eventLines(main.view, width));
  return staticRows([...factLines(overviewOf(recording.info), width), [], ...hintLines(recording.length)]);
}

function hintLines(length: number): Line[] {
  if (length === 0) return [[span(' Nothing changed while the command ran.', 'dim')]];
  return [
    [span(' →', 'accent'), span(' steps to the first change to the filesystem.')],
    [span(' ?', 'accent'), span(' shows every key.')],
  ];
}
