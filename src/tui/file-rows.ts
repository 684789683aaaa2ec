import type { EventView, Fact } from '../debugger/event-view.js';
import type { FileBody, FileView, LinesBody } from '../debugger/file-view.js';
import type { TextRange, ViewLine } from '../debugger/line-diff.js';
import type { FileRows } from './rows.js';
import { hexRows } from './hex-rows.js';
import { type Line, padEnd, padStart, type Span, span } from './lines.js';
import { dropColumns, printable, takeColumns, widthOf } from './printable.js';
import type { Role } from './theme.js';

const TAB = 4;
const LABEL_WIDTH = 9;

export function fileRows(view: FileView, width: number): FileRows {
  return bodyRows(view.body, width);
}

function bodyRows(body: FileBody, width: number): FileRows {
  if (body.kind === 'hex') return hexRows(body, width);
  if (body.kind === 'note') return staticRows(body.lines.map((text) => [span(` ${text}`, 'dim')]));
  if (body.lines.length === 0) return staticRows([[span(' (empty)', 'dim')]]);
  return lineRows(body, width);
}

export function staticRows(lines: readonly Line[]): FileRows {
  return { count: lines.length, hunks: [], row: (index) => lines[index] ?? [], autoLeft: 0, rowOfByte: () => 0 };
}

function lineRows(body: LinesBody, width: number): FileRows {
  const { lines } = body;
  const last = lines.at(-1);
  const numbered = lines.some((line) => line.newNumber !== null || line.oldNumber !== null);
  const digits = numbered ? Math.max(3, String(Math.max(last?.newNumber ?? 0, last?.oldNumber ?? 0)).length) : 0;
  const gutter = digits + 4;
  const first = lines[body.firstChange];
  const hotAt = first === undefined ? 0 : columnOf(first.text, first.hot?.from ?? 0);
  const hotEnd = Math.max(hotAt + 1, Math.min(hotAt + 12, columnOf(first?.text ?? '', first?.hot?.to ?? 0)));
  const room = width - gutter;
  return {
    count: lines.length + (body.missingNewline ? 1 : 0),
    hunks: hunksOf(lines),
    autoLeft: hotEnd < room ? 0 : hotAt - Math.floor(room / 3),
    row: (index, left) => {
      const line = lines[index];
      if (line === undefined) return [span(`${' '.repeat(gutter)}(no newline at the end)`, 'dim')];
      return lineRow(line, body.isDiff, digits, room, left);
    },
    rowOfByte: (offset) => rowOfByte(body, offset),
  };
}

function hunksOf(lines: readonly ViewLine[]): number[] {
  const isChange = (line: ViewLine | undefined): boolean => line?.sign === '+' || line?.sign === '-';
  return lines.flatMap((line, i) => (isChange(line) && !isChange(lines[i - 1]) ? [i] : []));
}

function lineRow(line: ViewLine, isDiff: boolean, digits: number, room: number, left: number): Line {
  if (line.sign === '?') return [span(` ${padEnd('', digits)} ? `, 'warn'), span(` ${line.text}`, 'bad')];
  const number = line.newNumber ?? line.oldNumber;
  const role: Role = !isDiff ? 'normal' : line.sign === '+' ? 'add' : line.sign === '-' ? 'remove' : 'normal';
  const sign = line.sign === ' ' ? '  ' : isDiff ? `${line.sign} ` : '▎ ';
  return [
    span(
      ` ${padStart(digits === 0 || number === null ? '' : String(number), digits)} `,
      line.sign === ' ' ? 'dim' : role,
    ),
    span(sign, line.sign === '-' ? 'remove' : 'add'),
    ...textSpans(line, role, isDiff, left, room),
  ];
}

/** The line's text from column `left` on, with what differs in it set off. */
function textSpans(line: ViewLine, role: Role, isDiff: boolean, left: number, room: number): Span[] {
  const hotRole: Role = line.sign === '-' ? 'hotRemove' : 'hotAdd';
  const parts = line.hot !== null && isDiff ? split(line.text, line.hot) : [line.text];
  // A line may be megabytes long; what lies far to the right of the screen need not be measured.
  const enough = (left + room) * 4 + 64;
  const spans: Span[] = [];
  let column = 0;
  let skip = left;
  for (const [i, part] of parts.entries()) {
    const text = expandTabs(part.slice(0, enough), column);
    column += widthOf(text);
    const shown = dropColumns(text, skip);
    skip = Math.max(0, skip - widthOf(text));
    if (shown !== '') spans.push(span(shown, i === 1 ? hotRole : role));
  }
  return left > 0 ? [span('‹', 'dim'), ...dropFirstColumn(spans)] : spans;
}

function dropFirstColumn(spans: Span[]): Span[] {
  const [first, ...rest] = spans;
  return first === undefined ? [] : [{ ...first, text: dropColumns(first.text, 1) }, ...rest];
}

function split(text: string, range: TextRange): string[] {
  return [text.slice(0, range.from), text.slice(range.from, range.to), text.slice(range.to)];
}

/** Printable text in which tabs reach to the next multiple of four columns. */
function expandTabs(raw: string, startColumn: number): string {
  if (!raw.includes('\t')) return printable(raw);
  let out = '';
  let column = startColumn;
  for (const [i, part] of raw.split('\t').entries()) {
    if (i > 0) {
      const spaces = TAB - (column % TAB);
      out += ' '.repeat(spaces);
      column += spaces;
    }
    const text = printable(part);
    out += text;
    column += widthOf(text);
  }
  return out;
}

function columnOf(text: string, index: number): number {
  return widthOf(expandTabs(text.slice(0, Math.min(index, 100_000)), 0));
}

function rowOfByte(body: LinesBody, offset: number): number {
  let at = body.part?.from ?? 0;
  for (const [i, line] of body.lines.entries()) {
    if (line.sign === '-') continue;
    at += Buffer.byteLength(line.text) + 1;
    if (at > offset) return i;
  }
  return body.lines.length - 1;
}

/** Facts as a table of labels and wrapped texts. */
export function factLines(facts: readonly Fact[], width: number): Line[] {
  return facts.flatMap(({ label, text }) =>
    wrap(text, Math.max(8, width - LABEL_WIDTH - 3)).map((part, i) => [
      span(` ${padStart(i === 0 ? label : '', LABEL_WIDTH)}  `, label === 'GAP' ? 'bad' : 'dim'),
      span(part, label === 'GAP' ? 'bad' : 'normal'),
    ]),
  );
}

export function eventLines(view: EventView, width: number): Line[] {
  const facts = factLines(view.facts, width);
  if (view.printed.length === 0) return facts;
  const printed = view.printed.map((text): Line => [span(' │ ', 'dim'), span(expandTabs(text, 0))]);
  return [...facts, [], ...printed];
}

/** Breaks at spaces where it can. */
function wrap(raw: string, width: number): string[] {
  const lines: string[] = [];
  let rest = printable(raw.slice(0, 10_000));
  while (widthOf(rest) > width && lines.length < 200) {
    const piece = takeColumns(rest, width);
    const space = piece.lastIndexOf(' ');
    const end = space > width / 2 ? space : piece.length;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
