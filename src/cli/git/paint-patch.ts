import { fromBytes } from '../../events/byte-string.js';
import { printableText } from '../output/escape.js';
import type { Paint } from '../output/paint.js';
import { type FilePatch, hunkHeader, NO_NEWLINE } from './file-patch.js';

/** The patch for a person: coloured, control characters and stray bytes escaped. It cannot be applied. */
export function paintPatch(patch: FilePatch, paint: Paint): string {
  let text = patch.header.map((line) => `${paint('bold', line)}\n`).join('');
  if (patch.binary !== undefined) text += patch.binary;
  for (const hunk of patch.hunks) {
    text += `${paint('cyan', readable(hunkHeader(hunk)))}\n`;
    for (const { sign, text: bytes } of hunk.lines) {
      const line = sign + readable(bytes.replace(/\r?\n$/, ''));
      text += sign === ' ' ? `${line}\n` : `${paint(sign === '+' ? 'green' : 'red', line)}\n`;
      if (!bytes.endsWith('\n')) text += `${NO_NEWLINE}\n`;
    }
  }
  return text;
}

function readable(latin1: string): string {
  return printableText(fromBytes(Buffer.from(latin1, 'latin1')));
}
