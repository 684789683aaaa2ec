import { shellWord } from '../../debugger/event-text.js';
import { printable } from './escape.js';

/** Arguments as a shell would take them, safe to print. */
export function shellWords(argv: readonly string[]): string {
  return printable(argv.map(shellWord).join(' '));
}
