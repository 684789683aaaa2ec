/** A screen line before it is painted: spans of text with a role each. Painting escapes, cuts and pads to the exact width. */
import { printable, takeColumns, widthOf } from './printable.js';
import type { Role, Theme } from './theme.js';

export interface Span {
  text: string;
  role?: Role;
}

export type Line = readonly Span[];

export const span = (text: string, role: Role = 'normal'): Span => ({ text, role });

/** One painted line of at most `width` columns. `over` replaces the role of every span and fills the line (the cursor's row). */
export function paintLine(theme: Theme, line: Line, width: number, over?: Role): string {
  const cut = cutTo(line, width);
  const painted = cut.spans.map((part) => theme.paint(over ?? part.role ?? 'normal', part.text)).join('');
  return over === undefined ? painted : painted + theme.paint(over, ' '.repeat(Math.max(0, width - cut.width)));
}

/** `left`, then `right` at the right edge; the left side gives way when both do not fit. */
export function spread(left: Line, right: Line, width: number): Line {
  const rightSide = cutTo(right, width);
  const room = Math.max(0, width - rightSide.width - (rightSide.width > 0 ? 1 : 0));
  const leftSide = cutTo(left, room);
  const padding = ' '.repeat(Math.max(0, width - leftSide.width - rightSide.width));
  return [...leftSide.spans, span(padding), ...rightSide.spans];
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, part) => sum + widthOf(printable(part.text)), 0);
}

export function cutTo(line: Line, width: number): { spans: Span[]; width: number } {
  const spans: Span[] = [];
  let used = 0;
  const safe = line.map((part) => ({ ...part, text: printable(part.text) }));
  const total = safe.reduce((sum, part) => sum + widthOf(part.text), 0);
  if (total <= width) return { spans: safe, width: total };
  for (const part of safe) {
    const wide = widthOf(part.text);
    if (used + wide < width) {
      spans.push(part);
      used += wide;
      continue;
    }
    const text = width > used ? `${takeColumns(part.text, width - used - 1)}…` : '';
    spans.push({ ...part, text });
    used += widthOf(text);
    break;
  }
  return { spans, width: used };
}

/** Text in exactly `width` columns, for tables. Takes printable text. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}
