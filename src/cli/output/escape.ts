/**
 * Names and bytes of a recording come from strangers: nothing of them may steer the terminal. Everything a command prints of
 * them, to a pipe as well, passes through here; only the bytes of `cat` and what JSON encodes do not.
 */
import { printable } from '../../tui/printable.js';

export { printable };

/** For running text: line ends and tabs stay. */
export function printableText(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}
