/**
 * Text from a recording comes from strangers: nothing of it may move the cursor, change colours, reorder or hide text.
 * Control and format characters (bidirectional, zero-width, tags), separators of lines and paragraphs, and the lone
 * surrogates that stand for bytes (byte-string.ts) are shown as \n, \x1b, \u202e, \xff.
 */
const PLAIN = /^[\u0020-\u007e]*$/;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** For one line: names, arguments, messages. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSAFE, escapeChar);
}

function escapeChar(char: string): string {
  const short = SHORT[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
