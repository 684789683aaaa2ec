/**
 * Event references (CLI.md, "References"):
 *   120  #120  start  end  -5 (five before the end)  50%  2.5s  1m02s  340ms (since the start)  'name (a mark)
 * Sequence numbers are 1…n; 0 is the base, which `start` names.
 */
import { DkError } from '../errors.js';

export type EventRef =
  | { by: 'seq'; seq: number }
  | { by: 'end'; back: number }
  | { by: 'percent'; percent: number }
  | { by: 'time'; tsNs: number }
  | { by: 'mark'; name: string };

export interface EventRefContext {
  /** Number of events. */
  length: number;
  /** Sequence number of the last event at or before the time (Recording.seqAtTime). */
  seqAtTime(tsNs: number): Promise<number> | number;
  marks: readonly { name: string; seq: number }[];
}

const NS = { h: 3_600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, ns: 1 } as const;
const TIME = /^(?=.)(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)(s|ms|us|ns))?$/;

/** Pure syntax; undefined when the text is no event reference. */
export function readEventRef(text: string): EventRef | undefined {
  if (text === 'start') return { by: 'seq', seq: 0 };
  if (text === 'end') return { by: 'end', back: 0 };
  if (/^#?\d+$/.test(text)) return { by: 'seq', seq: Number(text.replace('#', '')) };
  if (/^-\d+$/.test(text)) return { by: 'end', back: Number(text.slice(1)) };
  if (/^\d+(\.\d+)?%$/.test(text)) return { by: 'percent', percent: Number(text.slice(0, -1)) };
  if (/^'.+$/.test(text)) return { by: 'mark', name: text.slice(1) };
  return readTime(text.replace(/^\+/, ''));
}

/** Resolves the reference to a sequence number in 0…length. Rejects with DkError 'usage' or 'not-found'. */
export async function parseEventRef(text: string, context: EventRefContext): Promise<number> {
  const ref = readEventRef(text.trim());
  if (ref === undefined) {
    throw new DkError(
      'usage',
      `${quote(text)} is not an event reference.`,
      "Give a number (120), start, end, -5, 50%, a time (2.5s, 1m02s, 340ms) or a mark ('name).",
    );
  }
  if (ref.by === 'time') return clamp(await context.seqAtTime(ref.tsNs), context.length);
  if (ref.by === 'mark') return markSeq(ref.name, context);
  if (ref.by === 'percent') return percentSeq(text, ref.percent, context.length);
  const seq = ref.by === 'end' ? context.length - ref.back : ref.seq;
  return inside(text, seq, context.length);
}

function readTime(text: string): EventRef | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, hours, minutes, rest, unit] = match;
  const tsNs =
    Number(hours ?? 0) * NS.h + Number(minutes ?? 0) * NS.m + Number(rest ?? 0) * NS[(unit ?? 's') as keyof typeof NS];
  return { by: 'time', tsNs: Math.round(tsNs) };
}

function markSeq(name: string, context: EventRefContext): number {
  const mark = context.marks.find((candidate) => candidate.name === name);
  if (mark !== undefined) return inside(`'${name}`, mark.seq, context.length);
  const names = context.marks.map((candidate) => quote(`'${candidate.name}`)).join(', ');
  throw new DkError(
    'not-found',
    `The recording has no mark ${quote(name)}.`,
    names === '' ? 'It has no marks; `dk mark EVENT NAME` sets one.' : `Its marks are ${names}.`,
  );
}

function percentSeq(text: string, percent: number, length: number): number {
  if (percent <= 100) return Math.round((length * percent) / 100);
  throw new DkError('usage', `${quote(text)} lies after the end.`, 'Percentages go from 0% to 100%.');
}

function inside(text: string, seq: number, length: number): number {
  if (seq >= 0 && seq <= length) return seq;
  throw new DkError(
    'not-found',
    `The recording has no event ${quote(text)}.`,
    length === 0 ? 'It holds no events, only the base (0).' : `Its events are 1 to ${length}; 0 is the base.`,
  );
}

function clamp(seq: number, length: number): number {
  return Math.max(0, Math.min(length, seq));
}

/** The text comes from a user or a bundle: control characters must not reach the terminal. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
