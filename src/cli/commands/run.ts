import { DkError } from '../../errors.js';
import { defineCommand, flag, value, values } from './command.js';

export const command = defineCommand({
  options: {
    name: value('--name <LABEL>', 'a label for the recording'),
    noTui: flag('--no-tui', 'do not open the debugger afterwards'),
    root: values('--root <DIR>', 'record what happens below it (repeatable; default: the working directory)'),
    exclude: values('--exclude <GLOB>', 'leave matching paths out (repeatable)'),
    buffer: value('--buffer <SIZE>', 'size of the ring buffer (default: 64M)'),
    preimageLimit: value(
      '--preimage-limit <SIZE>',
      'save the old bytes of larger files in the background (default: 256M)',
    ),
  },
  passThrough: true,
  ownsSignals: true,
  failureCode: 125,
  notes: `Exits as the command did: its code, or 128+N when signal N ended it. 125: dk could not start recording,
126: the command is not executable, 127: there is no such command.`,
  async run(_context, _operands, _options) {
    throw new DkError('unsupported', 'Recording is not wired up yet.', 'Open an existing bundle with: dk open FILE');
  },
});
