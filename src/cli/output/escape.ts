/**
 * Everything a command prints of a recording passes through here, to a pipe as well; only the bytes of `cat` and what
 * JSON encodes do not.
 */
import { printable } from '../../events/printable.js';

export { printable };

/** For running text: line ends and tabs stay. */
export function printableText(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}
