/** Where everything stands for a terminal size. Pure: the components only fill what they are given. */
export type Pane = 'events' | 'tree' | 'file';
export const PANES: readonly Pane[] = ['events', 'tree', 'file'];

export const MIN_COLUMNS = 40;
export const MIN_ROWS = 10;
/** Below this width the panes stand one above the other, or alone. */
const SIDE_BY_SIDE_COLUMNS = 68;
const STACKED_ROWS = 18;
/** Below this height the left side shows one pane. */
const TWO_PANES_ROWS = 9;
const TALL_ROWS = 38;

export interface Area {
  width: number;
  /** With the title line. 0: not shown. */
  height: number;
}

export interface Layout {
  columns: number;
  rows: number;
  tooSmall: boolean;
  /** Rows of bars above the track. */
  barRows: number;
  /** Whether a vertical line stands between the left panes and the file. */
  sideBySide: boolean;
  panes: Record<Pane, Area>;
}

/** `events`: how many there are; a short list leaves its room to the tree. */
export function layoutOf(
  size: { columns: number; rows: number },
  focus: Pane,
  zoomed: boolean,
  events: number,
): Layout {
  const { columns, rows } = size;
  const barRows = rows >= TALL_ROWS ? 3 : 1;
  // Status, bars, track, footer.
  const height = rows - barRows - 3;
  const sideBySide = columns >= SIDE_BY_SIDE_COLUMNS && !zoomed;
  return {
    columns,
    rows,
    tooSmall: columns < MIN_COLUMNS || rows < MIN_ROWS,
    barRows,
    sideBySide,
    panes: sideBySide ? beside(columns, height, focus, events) : above(columns, height, focus, zoomed),
  };
}

function beside(columns: number, height: number, focus: Pane, count: number): Record<Pane, Area> {
  const width = Math.max(34, Math.min(84, Math.floor(columns * 0.44)));
  // A title and the base stand in the list too.
  const wanted = Math.min(Math.ceil(height * 0.52), Math.max(5, count + 2));
  const alone = focus === 'tree' ? 0 : height;
  const events = height < TWO_PANES_ROWS ? alone : wanted;
  return {
    events: { width, height: events },
    tree: { width, height: height - events },
    file: { width: columns - width - 1, height },
  };
}

function above(columns: number, height: number, focus: Pane, zoomed: boolean): Record<Pane, Area> {
  const none: Area = { width: columns, height: 0 };
  const panes: Record<Pane, Area> = { events: none, tree: none, file: none };
  if (zoomed || height < STACKED_ROWS - 4) return { ...panes, [focus]: { width: columns, height } };
  const top = Math.ceil(height * 0.4);
  const below: Pane = focus === 'tree' ? 'tree' : 'file';
  return { ...panes, events: { width: columns, height: top }, [below]: { width: columns, height: height - top } };
}
