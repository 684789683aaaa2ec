import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { importBundle } from '../../bundle/import-bundle.js';
import { plural } from '../../debugger/quantities.js';
import { DkError } from '../../errors.js';
import { toBytes } from '../../events/byte-string.js';
import { openStore } from '../open.js';
import { printable } from '../output/escape.js';
import { defineCommand } from './command.js';
import { usage } from './operand-checks.js';

export const command = defineCommand({
  options: {},
  notes: 'Reading a bundle needs no import: dk open FILE, dk log FILE and the others take it as it is.',
  async run(context, operands) {
    const [name, ...more] = operands.all;
    if (name === undefined || more.length > 0) throw usage('import', 'needs one FILE');
    const file = resolve(context.io.cwd, name);
    if (!existsSync(toBytes(file))) {
      throw new DkError(
        'not-found',
        `There is no file ${name}.`,
        'Give the path of a bundle, made with: dk export -o FILE.dk.zip',
      );
    }
    const store = openStore(context, true);
    try {
      const info = await importBundle(file, store);
      context.notice(`imported ${info.id} · ${plural(info.events, 'event')} · ${printable(name)} (dk open ${info.id})`);
      return 0;
    } finally {
      store.close();
    }
  },
});
