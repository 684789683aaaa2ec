import { readFileSync } from 'node:fs';
import { fromBytes } from '../events/byte-string.js';

/**
 * Node turns arguments that are not UTF-8 into U+FFFD; then the kernel still has the bytes. Returns the arguments as byte
 * strings, so that every file name can be typed.
 */
export function exactArguments(argv: readonly string[]): string[] {
  if (!argv.some((word) => word.includes('\ufffd'))) return [...argv];
  const raw = readFileSync('/proc/self/cmdline');
  const words: string[] = [];
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf(0, at);
    words.push(fromBytes(raw.subarray(at, end < 0 ? raw.length : end)));
    at = end < 0 ? raw.length : end + 1;
  }
  const exact = argv.length === 0 ? [] : words.slice(-argv.length);
  return exact.length === argv.length ? exact : [...argv];
}
