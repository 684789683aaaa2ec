import { diffArrays } from 'diff';

/** Above this the middle of the file is shown as replaced whole: still a correct patch, only a coarse one. */
const MAX_EDITS = 20_000;
const TIMEOUT_MS = 2000;

export interface HunkLine {
  sign: ' ' | '-' | '+';
  /** The line with its end, as it stands in the file: without '\n' only when it is the last one. */
  text: string;
}

/** Line numbers as in `@@ -oldStart,oldCount +newStart,newCount @@`. */
export interface Hunk {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  /** The nearest line above that starts like a definition, for the reader's orientation; '' for none. */
  section: string;
  lines: HunkLine[];
}

export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Unified hunks that turn one text into the other. */
export function makeHunks(before: string, after: string, context: number): Hunk[] {
  const oldLines = splitLines(before);
  const script = editScript(oldLines, splitLines(after));
  const hunks: Hunk[] = [];
  let oldLine = 1;
  let newLine = 1;
  let done = 0;
  for (const [from, to] of ranges(script, context)) {
    oldLine += from - done;
    newLine += from - done;
    const lines = script.slice(from, to);
    const oldCount = lines.filter((line) => line.sign !== '+').length;
    const newCount = lines.filter((line) => line.sign !== '-').length;
    // A side without lines is named by the line before it (POSIX diff -u).
    const oldStart = oldCount === 0 ? oldLine - 1 : oldLine;
    const newStart = newCount === 0 ? newLine - 1 : newLine;
    hunks.push({ oldStart, oldCount, newStart, newCount, section: sectionAbove(oldLines, oldLine - 2), lines });
    oldLine += oldCount;
    newLine += newCount;
    done = to;
  }
  return hunks;
}

/** git's rule for files it has no better one for (xdiff, def_ff): a letter, `_` or `$` in the first column; 80 bytes of it. */
function sectionAbove(lines: readonly string[], from: number): string {
  for (let i = from; i >= 0; i--) {
    const line = lines[i] ?? '';
    if (/^[A-Za-z_$]/.test(line)) return line.slice(0, 80).trimEnd();
  }
  return '';
}

/** Half-open ranges of the script: changes with their context, merged where they touch. Between ranges all lines are kept. */
function ranges(script: readonly HunkLine[], context: number): [number, number][] {
  const found: [number, number][] = [];
  script.forEach((line, i) => {
    if (line.sign === ' ') return;
    const from = Math.max(0, i - context);
    const to = Math.min(script.length, i + 1 + context);
    const last = found.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  });
  return found;
}

function editScript(before: string[], after: string[]): HunkLine[] {
  const limit = Math.min(before.length, after.length);
  let head = 0;
  while (head < limit && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < limit - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return signed(' ', before.slice(0, head)).concat(
    middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    signed(' ', before.slice(before.length - tail)),
  );
}

function middle(before: string[], after: string[]): HunkLine[] {
  const changes =
    before.length === 0 || after.length === 0
      ? undefined
      : diffArrays(before, after, { maxEditLength: MAX_EDITS, timeout: TIMEOUT_MS });
  if (changes === undefined) return signed('-', before).concat(signed('+', after));
  return changes.flatMap((change) => signed(change.added ? '+' : change.removed ? '-' : ' ', change.value));
}

function signed(sign: HunkLine['sign'], texts: readonly string[]): HunkLine[] {
  return texts.map((text) => ({ sign, text }));
}
