import type { ChangeType, Recording, TreeChange } from '../timeline/types.js';
import type { ChangeLetter } from './event-text.js';

/** What the command changed, all in all: its end against its start, one row a path. */
export interface SummaryRow {
  letter: ChangeLetter;
  path: string;
  isDir: boolean;
  /** Changes below the directory that this row stands for as well. */
  inside: number;
  /** Regular files only. */
  sizeBefore: number | null;
  sizeAfter: number | null;
}

/** Comparing more files than this would take longer than a glance is worth. */
const MAX_FILES = 5000;
const LETTERS: Record<ChangeType, ChangeLetter> = { added: 'A', deleted: 'D', modified: 'M', type: 'M', renamed: 'R' };

/** null: too much to compare. */
export async function summaryOf(recording: Recording): Promise<SummaryRow[] | null> {
  if (recording.info.files > MAX_FILES) return null;
  const [start, end] = await Promise.all([recording.state(0), recording.state(recording.length)]);
  return folded(await recording.diff(start, end));
}

/** A directory that came or went as a whole is one row; `changes` come in the order of their paths. */
function folded(changes: readonly TreeChange[]): SummaryRow[] {
  const rows: SummaryRow[] = [];
  let whole: SummaryRow | undefined;
  for (const change of changes) {
    const { letter, path } = toRow(change);
    if (whole !== undefined && whole.letter === letter && path.startsWith(`${whole.path}/`)) {
      whole.inside += 1;
      continue;
    }
    const row = toRow(change);
    rows.push(row);
    if (row.isDir && (letter === 'A' || letter === 'D')) whole = row;
  }
  return rows;
}

function toRow({ change, path, before, after }: TreeChange): SummaryRow {
  return {
    letter: LETTERS[change],
    path,
    isDir: (after ?? before)?.type === 'dir',
    inside: 0,
    sizeBefore: before?.type === 'file' ? before.sizeBytes : null,
    sizeAfter: after?.type === 'file' ? after.sizeBytes : null,
  };
}
