/** What is drawn: the debugger's snapshot laid out for a screen, with the scroll positions that follow from it. */
import type { Debugger, Snapshot } from '../debugger/debugger.js';
import type { MainView } from '../debugger/frame.js';
import type { SummaryRow } from '../debugger/summary.js';
import type { Layout, Pane } from './layout.js';
import { mainRows } from './main-rows.js';
import type { FileRows } from './rows.js';
import type { Size } from './screen.js';

export interface Prompt {
  kind: 'goto' | 'filter';
  text: string;
}

export interface View {
  snapshot: Snapshot;
  layout: Layout;
  focus: Pane;
  zoomed: boolean;
  help: { top: number } | null;
  prompt: Prompt | null;
  tree: { top: number; cursor: number };
  file: { rows: FileRows; top: number; left: number };
}

/** What belongs to the screen alone. */
export interface UiState {
  size: Size;
  focus: Pane;
  zoomed: boolean;
  help: { top: number } | null;
  prompt: Prompt | null;
  /** null: at the first change. */
  fileTop: number | null;
  fileLeft: number | null;
}

/** Rows of the file pane above its content: title and facts. */
export const FILE_HEAD_ROWS = 2;

export class Composer {
  #debugger: Debugger;
  #treeTop = 0;
  #made: { main: MainView | undefined; summary: SummaryRow[] | null; width: number; rows: FileRows } | undefined;

  constructor(debug: Debugger) {
    this.#debugger = debug;
  }

  compose(ui: UiState, layout: Layout): View {
    const { snapshot } = this.#debugger;
    const rows = this.#rows(snapshot, layout.panes.file.width);
    const height = Math.max(1, layout.panes.file.height - FILE_HEAD_ROWS);
    const cursor = cursorRow(snapshot);
    const treeHeight = Math.max(1, layout.panes.tree.height - 1);
    this.#treeTop = scrolledTo(this.#treeTop, cursor, treeHeight, snapshot.frame?.tree.length ?? 0);
    return {
      snapshot,
      layout,
      focus: ui.focus,
      zoomed: ui.zoomed,
      help: ui.help,
      prompt: ui.prompt,
      tree: { top: this.#treeTop, cursor },
      file: {
        rows,
        top: Math.max(0, Math.min(ui.fileTop ?? autoTop(snapshot, rows, height), rows.count - height)),
        left: ui.fileLeft ?? rows.autoLeft,
      },
    };
  }

  /** Made anew only for something else to show: a large diff has many lines. */
  #rows({ frame, summary }: Snapshot, width: number): FileRows {
    const main = frame?.main;
    const made = this.#made;
    if (made?.main === main && made?.summary === summary && made.width === width) return made.rows;
    this.#made = { main, summary, width, rows: mainRows(this.#debugger, width) };
    return this.#made.rows;
  }
}

function cursorRow({ frame, selection: { file, path } }: Snapshot): number {
  if (frame === undefined || file === 0) return -1;
  const exact = frame.tree.findIndex((row) => row.file === file && row.path === path);
  return exact !== -1 ? exact : frame.tree.findIndex((row) => row.file === file);
}

/** Moves only as far as needed, with a few rows of context where there are some. */
function scrolledTo(top: number, cursor: number, height: number, count: number): number {
  const margin = Math.min(2, Math.floor((height - 1) / 2));
  const most = Math.max(0, count - height);
  if (cursor < 0) return Math.max(0, Math.min(top, most));
  const lowest = cursor + margin - height + 1;
  const highest = cursor - margin;
  return Math.max(0, Math.min(most, Math.max(lowest, Math.min(top, highest))));
}

/** The first change a third down the pane, so that what stands before it can be seen. */
function autoTop({ frame }: Snapshot, rows: FileRows, height: number): number {
  const main = frame?.main;
  if (main?.kind === 'file' && main.view.anchor !== null)
    return rows.rowOfByte(main.view.anchor) - Math.floor(height / 2);
  const first = rows.hunks[0];
  return first === undefined ? 0 : first - Math.floor(height / 3);
}
