import { isPlainText, toBytes } from '../../events/byte-string.js';

/** What JSON.stringify takes as it is. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * The one mapping from values to JSON (docs/json.md): bigints become decimal strings, bytes base64. A byte string that is not
 * UTF-8 is given with U+FFFD for each stray byte, and once more in full as `<key>Bytes` (base64).
 */
export function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map || value instanceof Set) return toJson([...value]);
  return objectToJson(value as Record<string, unknown>);
}

function objectToJson(object: Record<string, unknown>): Json {
  const out: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    out[wellFormed(key)] = toJson(value);
    const bytes = bytesOf(value);
    if (bytes !== undefined) out[`${wellFormed(key)}Bytes`] = bytes;
  }
  return out;
}

/** The base64 form, for values that JSON text cannot hold. */
function bytesOf(value: unknown): Json | undefined {
  if (typeof value === 'string') return isPlainText(value) ? undefined : toBytes(value).toString('base64');
  if (!Array.isArray(value) || !value.some((item) => typeof item === 'string' && !isPlainText(item))) return undefined;
  return value.map((item) => toBytes(String(item)).toString('base64'));
}

function wellFormed(text: string): string {
  return isPlainText(text) ? text : text.replace(/\p{Cs}/gu, '\ufffd');
}

/** One object a line. */
export function jsonLine(value: unknown): string {
  return `${plain(JSON.stringify(toJson(value)))}\n`;
}

/** One document. */
export function jsonDocument(value: unknown): string {
  return `${plain(JSON.stringify(toJson(value), null, INDENT))}\n`;
}

const INDENT = 2;

/**
 * The same document in parts, where its list can be longer than memory should hold: `head` and in it, last, `name` with the
 * items, each as it comes.
 */
export function* jsonParts(head: Record<string, unknown>, name: string, items: Iterable<unknown>): Generator<string> {
  yield jsonDocument({ ...head, [name]: [] }).replace(/\]\n\}\n$/, '');
  let count = 0;
  let part = '';
  for (const item of items) {
    const text = plain(JSON.stringify(toJson(item), null, INDENT));
    part += `${count++ === 0 ? '' : ','}${`\n${text}`.replaceAll('\n', ITEM_LINE)}`;
    if (part.length < PART_CHARS) continue;
    yield part;
    part = '';
  }
  yield `${part}${count === 0 ? '' : `\n${' '.repeat(INDENT)}`}]\n}\n`;
}
const PART_CHARS = 1 << 16;
/** Line ends in JSON text stand between its tokens alone. */
const ITEM_LINE = `\n${' '.repeat(2 * INDENT)}`;

/** What JSON.stringify leaves as it is, and events/printable.ts does not: it stands in strings alone. */
const STEERS = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;
const ASCII = /^[\n\u0020-\u007e]*$/;

function plain(json: string): string {
  return ASCII.test(json) ? json : json.replace(STEERS, escapeUnits);
}

/** A character beyond U+FFFF is two units, and two escapes. */
function escapeUnits(char: string): string {
  let escaped = '';
  for (let at = 0; at < char.length; at++) escaped += `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return escaped;
}
