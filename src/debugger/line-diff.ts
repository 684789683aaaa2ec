import { diffArrays } from 'diff';

/** Above this many edits, or this time, the middle is shown as replaced whole: still true, only coarser. */
const MAX_EDITS = 3000;
const TIMEOUT_MS = 60;

/** Half-open range of UTF-16 units. */
export interface TextRange {
  from: number;
  to: number;
}

export interface ViewLine {
  sign: ' ' | '+' | '-' | '?';
  /** 1-based line numbers; null where the line does not exist, or the number is not known (a window of a large file). */
  oldNumber: number | null;
  newNumber: number | null;
  text: string;
  /** What differs from the line it replaces, null when the whole line is new or gone. */
  hot: TextRange | null;
}

/** All lines of both texts in order, each one kept (' '), removed ('-') or added ('+'). */
export function diffLines(before: readonly string[], after: readonly string[]): ViewLine[] {
  const head = commonHead(before, after);
  const tail = commonTail(before, after, head);
  const lines: ViewLine[] = [];
  for (let i = 0; i < head; i++) lines.push(keep(i, i, after[i] as string));
  pushMiddle(lines, before.slice(head, before.length - tail), after.slice(head, after.length - tail), head);
  for (let i = tail; i > 0; i--) {
    lines.push(keep(before.length - i, after.length - i, after[after.length - i] as string));
  }
  return lines;
}

export function plainLines(texts: readonly string[], sign: ViewLine['sign'] = ' '): ViewLine[] {
  return texts.map((text, i) => ({
    sign,
    oldNumber: sign === '+' ? null : i + 1,
    newNumber: sign === '-' ? null : i + 1,
    text,
    hot: null,
  }));
}

function keep(oldIndex: number, newIndex: number, text: string): ViewLine {
  return { sign: ' ', oldNumber: oldIndex + 1, newNumber: newIndex + 1, text, hot: null };
}

function pushMiddle(lines: ViewLine[], before: string[], after: string[], base: number): void {
  let oldAt = base;
  let newAt = base;
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    pushBlock(lines, removed, added, oldAt - removed.length, newAt - added.length);
    removed = [];
    added = [];
  };
  for (const change of changesOf(before, after)) {
    if (change.removed) {
      for (const text of change.value) removed.push(text);
      oldAt += change.value.length;
    } else if (change.added) {
      for (const text of change.value) added.push(text);
      newAt += change.value.length;
    } else {
      flush();
      for (const text of change.value) lines.push(keep(oldAt++, newAt++, text));
    }
  }
  flush();
}

function changesOf(before: string[], after: string[]): { value: string[]; added: boolean; removed: boolean }[] {
  const found =
    before.length === 0 || after.length === 0
      ? undefined
      : diffArrays(before, after, { maxEditLength: MAX_EDITS, timeout: TIMEOUT_MS });
  return (
    found ?? [
      { value: before, added: false, removed: true },
      { value: after, added: true, removed: false },
    ]
  );
}

/** A removed and an added run: line i of one is compared with line i of the other when both runs have the same length. */
function pushBlock(lines: ViewLine[], removed: string[], added: string[], oldIndex: number, newIndex: number): void {
  const paired = removed.length === added.length;
  removed.forEach((text, i) => {
    const hot = paired ? (hotRanges(text, added[i] as string)?.before ?? null) : null;
    lines.push({ sign: '-', oldNumber: oldIndex + i + 1, newNumber: null, text, hot });
  });
  added.forEach((text, i) => {
    const hot = paired ? (hotRanges(removed[i] as string, text)?.after ?? null) : null;
    lines.push({ sign: '+', oldNumber: null, newNumber: newIndex + i + 1, text, hot });
  });
}

/** The differing middles of two lines; undefined when they share too little for the difference to mean anything. */
export function hotRanges(before: string, after: string): { before: TextRange; after: TextRange } | undefined {
  const head = commonHead(before, after);
  const tail = commonTail(before, after, head);
  if (head + tail < Math.min(before.length, after.length) / 3 || head + tail === 0) return undefined;
  return { before: { from: head, to: before.length - tail }, after: { from: head, to: after.length - tail } };
}

function commonHead(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  const limit = Math.min(a.length, b.length);
  let n = 0;
  while (n < limit && a[n] === b[n]) n++;
  return n;
}

function commonTail(a: ArrayLike<unknown>, b: ArrayLike<unknown>, head: number): number {
  const limit = Math.min(a.length, b.length) - head;
  let n = 0;
  while (n < limit && a[a.length - 1 - n] === b[b.length - 1 - n]) n++;
  return n;
}
