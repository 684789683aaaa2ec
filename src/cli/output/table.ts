/** Rows under a header, columns two spaces apart; columns named in `right` are aligned right. Cells must be printable already. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const widths = header.map((title, i) =>
    Math.max(
      width(title),
      largest(rows, (row) => width(row[i] ?? '')),
    ),
  );
  const line = (cells: readonly string[]) =>
    header
      .map((title, i) => {
        const cell = cells[i] ?? '';
        const gap = ' '.repeat((widths[i] ?? 0) - width(cell));
        return right.includes(title) ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

const ASCII = /^[\u0020-\u007e]*$/;
const COLOURS = /\u001b\[\d+m/g;
/** East Asian Wide and Fullwidth, and emoji (Unicode, EastAsianWidth.txt): near enough to keep columns straight. */
const WIDE =
  /[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u2614\u2615\u2705\u274c\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns on a terminal; colour codes count nothing. Start-up time is why this is no library. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const char of text.replace(COLOURS, '')) columns += ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** The largest value; 0 for none. Rows can be more than a call takes arguments. */
export function largest<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((most, row) => Math.max(most, value(row)), 0);
}
