import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { exportBundle } from '../../bundle/export-bundle.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { formatBytes, plural } from '../../debugger/quantities.js';
import { DkError } from '../../errors.js';
import { toBytes } from '../../events/byte-string.js';
import { baseContent } from '../base-content.js';
import { withRecording } from '../open.js';
import { printable } from '../output/escape.js';
import { defineCommand, flag, value } from './command.js';

/** GitHub's limit for files attached to an issue. */
const ATTACHMENT_BYTES = 25e6;

export const command = defineCommand({
  options: {
    output: value('-o, --output <FILE>', 'where to (default: LABEL.dk.zip or ID.dk.zip)'),
    withBase: flag('--with-base', 'also the bytes of files that were there before and never touched'),
  },
  notes:
    'A bundle is read by every dk command in place of a REC. It holds the bytes that were written: look before you publish.',
  async run(context, operands, options) {
    const shape = { command: 'export', min: 0, max: 0, needs: '' };
    return withRecording(context, operands, shape, async (recording, _rest, source, { holder }) => {
      if (source.from === 'bundle') {
        throw new DkError('usage', `${source.file} is a bundle already.`, 'Copy the file as it is.');
      }
      const { info } = recording;
      const name = options.output ?? `${fileName(info)}.dk.zip`;
      const out = resolve(context.io.cwd, name);
      requireFolder(name, out);
      const blobs = holder.blobs();
      try {
        const extraBase = baseContent(recording, options.withBase);
        await exportBundle({ info, folder: holder.folderOf(info.id), blobs }, out, { extraBase });
      } finally {
        blobs.close();
      }
      const { size } = statSync(toBytes(out));
      context.notice(
        `exported ${info.id} · ${plural(info.events, 'event')} · ${formatBytes(size)} · ${printable(name)}`,
      );
      if (size > ATTACHMENT_BYTES)
        context.notice(`more than ${formatBytes(ATTACHMENT_BYTES)}, the most that GitHub takes on an issue.`);
      return 0;
    });
  },
});

/** Said before anything is read. */
function requireFolder(name: string, out: string): void {
  const isFolder = (path: string): boolean =>
    statSync(toBytes(path), { throwIfNoEntry: false })?.isDirectory() === true;
  const hint = 'Give the name of a file in a directory that exists, such as: -o run.dk.zip';
  if (name === '') throw new DkError('usage', 'dk export needs the name of a file after -o.', hint);
  if (isFolder(out)) throw new DkError('io', `${out} is a directory.`, hint);
  if (name.endsWith('/')) throw new DkError('io', `There is no directory ${out}.`, hint);
  if (!isFolder(dirname(out))) throw new DkError('io', `There is no directory ${dirname(out)}.`, hint);
}

function fileName(info: RecordingInfo): string {
  const label = (info.label ?? '').replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '');
  return label === '' ? info.id : label;
}
