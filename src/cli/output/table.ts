import stringWidth from 'string-width';

/** Rows under a header, columns two spaces apart; columns named in `right` are aligned right. Cells must be printable already. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const widths = header.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))));
  const line = (cells: readonly string[]) =>
    header
      .map((title, i) => {
        const gap = ' '.repeat((widths[i] ?? 0) - width(cells[i] ?? ''));
        return right.includes(title) ? gap + (cells[i] ?? '') : (cells[i] ?? '') + gap;
      })
      .join('  ')
      .trimEnd();
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

/** Columns on a terminal; colour codes count nothing. */
export function width(text: string): number {
  return stringWidth(text);
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}
