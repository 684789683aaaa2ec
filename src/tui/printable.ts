/** Everything that is drawn passes through `printable`, and is measured after it. */
import stringWidth from 'string-width';
import { printable as escaped } from '../events/printable.js';

const PLAIN = /^[\u0020-\u007e]*$/;
/** Joiners inside an emoji and presentation selectors: terminals disagree about their width, the picture stays readable. */
const EMOJI_GLUE = /[\ufe0e\ufe0f]|(?<=\p{Extended_Pictographic}[\ufe0e\ufe0f]?)\u200d(?=\p{Extended_Pictographic})/gu;
/** More marks than this on one character would spill over the lines around it. */
const MARKS = /(\p{M}{4})\p{M}+/gu;
export function printable(text: string): string {
  return PLAIN.test(text) ? text : escaped(text.replace(EMOJI_GLUE, '').replace(MARKS, '$1'));
}

/** One column each: ASCII, and what the screen itself draws with. Measured without a look at Unicode's tables. */
const SINGLE =
  /^[\u0020-\u007e\u00b7\u00d7\u2013\u2026\u2022\u2039\u2190-\u2193\u2212\u2500-\u2503\u2524\u252c\u2581-\u258f\u25b8\u25be\u25cf\u2713]*$/;

/** Columns that printable text takes. */
export function widthOf(text: string): number {
  return SINGLE.test(text) ? text.length : stringWidth(text);
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As much of the text as fits into `width` columns, never half a character. */
export function takeColumns(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
}

/** The text without its first `width` columns; a wide character cut in half leaves a space. */
export function dropColumns(text: string, width: number): string {
  if (width <= 0) return text;
  if (PLAIN.test(text)) return text.slice(width);
  let used = 0;
  let at = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (used >= width) break;
    used += widthOf(segment);
    at += segment.length;
  }
  return ' '.repeat(Math.max(0, used - width)) + text.slice(at);
}

function takeLastColumns(text: string, width: number): string {
  if (PLAIN.test(text)) return width <= 0 ? '' : text.slice(-width);
  let taken = '';
  let used = 0;
  for (const { segment } of [...segmenter.segment(text)].reverse()) {
    used += widthOf(segment);
    if (used > width) break;
    taken = segment + taken;
  }
  return taken;
}

/** Cut at the end with an ellipsis. Takes raw text. */
export function shortenEnd(raw: string, width: number): string {
  const text = printable(raw);
  if (widthOf(text) <= width) return text;
  return width <= 0 ? '' : `${takeColumns(text, width - 1)}…`;
}

/** Cut in the middle: the end of a path says most, its beginning comes next. Takes raw text. */
export function shortenMiddle(raw: string, width: number): string {
  const text = printable(raw);
  if (widthOf(text) <= width) return text;
  if (width <= 1) return width <= 0 ? '' : '…';
  const name = text.slice(text.lastIndexOf('/'));
  const tail = Math.min(width - 1, Math.max(widthOf(name), Math.ceil((width - 1) * 0.6)));
  return `${takeColumns(text, width - 1 - tail)}…${takeLastColumns(text, tail)}`;
}
