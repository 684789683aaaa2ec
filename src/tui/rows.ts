import type { Line } from './lines.js';

/** What the file pane can scroll through: a number of rows, each made only when it is seen. */
export interface FileRows {
  count: number;
  /** Rows where a changed place begins, ascending. */
  hunks: readonly number[];
  row(index: number, left: number): Line;
  /** Columns to skip so that the first difference can be seen. */
  autoLeft: number;
  /** Where a byte of a large file stands; 0 when the whole file is shown. */
  rowOfByte(offset: number): number;
}
