import { DkError } from '../../errors.js';
import { openStore, storeLookup } from '../open.js';
import { requireSource } from '../refs/operands.js';
import { defineCommand } from './command.js';
import { usage } from './operand-checks.js';

export const command = defineCommand({
  options: {},
  notes: 'Recordings that are still running are refused. Nothing is removed when one of the references is wrong.',
  async run(context, operands) {
    if (operands.all.length === 0) throw usage('rm', 'needs at least one REC');
    const store = openStore(context);
    const lookup = storeLookup(context, store);
    // Not read, only removed: by its whole id what is damaged can go as well.
    const damaged = new Set(lookup.damaged().map(({ id }) => id));
    const wholes = new Set(operands.all.filter((text) => damaged.has(text)));
    const others = operands.all.filter((text) => !wholes.has(text));
    const chosen = new Map(
      others.map((text) => {
        const source = requireSource(text, lookup);
        if (source.from === 'bundle')
          throw new DkError('usage', `${text} is a bundle outside of the store.`, 'Remove the file itself with: rm');
        return [source.info.id, source.info];
      }),
    );
    for (const info of chosen.values()) {
      if (info.state === 'recording') {
        throw new DkError('usage', `Recording ${info.id} is still running.`, 'End its command first, then remove it.');
      }
    }
    for (const id of [...chosen.keys(), ...wholes]) {
      await store.remove(id);
      context.notice(`removed ${id}`);
    }
    store.close();
    return 0;
  },
});
