import type { Paint } from '../output/paint.js';
import { largest, width } from '../output/table.js';
import type { DiffEntry } from './collect.js';
import { quoteName } from './quote-name.js';

/** `M<tab>name`, `R100<tab>old<tab>new`, as `git diff --name-status` prints it. */
export function nameStatusLine(entry: DiffEntry): string {
  const names =
    entry.status === 'D' ? [entry.oldName] : entry.status === 'R' ? [entry.oldName, entry.newName] : [entry.newName];
  const similarity = entry.status === 'R' ? String(entry.patches[0]?.similarity ?? 100).padStart(3, '0') : '';
  return `${[`${entry.status}${similarity}`, ...names.map(quoteName)].join('\t')}\n`;
}

export interface StatRow {
  name: string;
  added: number;
  removed: number;
  /** `Bin 10 -> 20 bytes` in place of lines. */
  binary: string | undefined;
}

export function statRow(entry: DiffEntry): StatRow {
  const row: StatRow = { name: statName(entry), added: 0, removed: 0, binary: undefined };
  for (const patch of entry.patches) {
    if (patch.binary !== undefined) row.binary = `Bin ${entry.oldBytes} -> ${entry.newBytes} bytes`;
    for (const hunk of patch.hunks) {
      for (const { sign } of hunk.lines) {
        if (sign === '+') row.added += 1;
        if (sign === '-') row.removed += 1;
      }
    }
  }
  return row;
}

/** As `git diff --stat`: name, count, a bar that fits the line; then the sums. */
export function statTable(rows: readonly StatRow[], paint: Paint, columns: number): string {
  if (rows.length === 0) return '';
  const names = largest(rows, (row) => width(row.name));
  const counts = largest(rows, (row) => (row.binary === undefined ? String(row.added + row.removed).length : 3));
  const most = Math.max(
    1,
    largest(rows, (row) => row.added + row.removed),
  );
  const room = Math.max(10, Math.min(most, columns - names - counts - 6));
  const scale = (count: number) =>
    most <= room || count === 0 ? count : Math.max(1, Math.round((count * room) / most));
  const lines = rows.map((row) => {
    const name = row.name + ' '.repeat(names - width(row.name));
    if (row.binary !== undefined) return ` ${name} | ${row.binary.replace(/^Bin/, 'Bin'.padStart(counts))}`;
    const bar = paint('green', '+'.repeat(scale(row.added))) + paint('red', '-'.repeat(scale(row.removed)));
    return ` ${name} | ${String(row.added + row.removed).padStart(counts)} ${bar}`.trimEnd();
  });
  return `${lines.join('\n')}\n${sums(rows)}\n`;
}

function sums(rows: readonly StatRow[]): string {
  const added = rows.reduce((sum, row) => sum + row.added, 0);
  const removed = rows.reduce((sum, row) => sum + row.removed, 0);
  const parts = [`${counted(rows.length, 'file')} changed`];
  if (added > 0 || removed === 0) parts.push(`${counted(added, 'insertion')}(+)`);
  if (removed > 0 || added === 0) parts.push(`${counted(removed, 'deletion')}(-)`);
  return ` ${parts.join(', ')}`;
}

/** Without the thousands' commas of dk's own sentences: git prints none. */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function statName({ status, oldName, newName }: DiffEntry): string {
  return status === 'R'
    ? `${quoteName(oldName)} => ${quoteName(newName)}`
    : quoteName(status === 'D' ? oldName : newName);
}
