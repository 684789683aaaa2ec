import { isPlainText, toBytes } from '../../events/byte-string.js';
import { printable } from '../output/escape.js';

const LETTERS: Readonly<Record<number, string>> = {
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  34: '"',
  92: '\\',
};

/** A name as git prints it with core.quotePath=false: in C quotes when it has control characters, quotes or stray bytes. */
export function quoteName(name: string): string {
  if (isPlainText(name) && printable(name) === name && !/["\\]/.test(name)) return name;
  let quoted = '';
  for (const byte of toBytes(name)) {
    const letter = LETTERS[byte];
    if (letter !== undefined) quoted += `\\${letter}`;
    else if (byte < 0x20 || byte >= 0x7f) quoted += `\\${byte.toString(8).padStart(3, '0')}`;
    else quoted += String.fromCharCode(byte);
  }
  return `"${quoted}"`;
}
