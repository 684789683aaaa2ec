import type { Store } from '../../catalog/store.js';
import { DkError } from '../../errors.js';
import { chooseRecording, openDebugger } from '../../tui/index.js';
import { openSource, openStore, storeLookup } from '../open.js';
import { stateSeq } from '../refs/event-ref.js';
import { requireSource, type Source } from '../refs/operands.js';
import { type Context, defineCommand, value } from './command.js';
import { usage } from './operand-checks.js';

export const command = defineCommand({
  options: { at: value('--at <E>', 'the event to stand on first (default: start)') },
  ownsSignals: true,
  notes: 'Needs a terminal. Without REC, and with several recordings in the store, it lets you choose one.',
  async run(context, operands, options) {
    const [text, ...more] = operands.all;
    if (more.length > 0) throw usage('open', `opens one recording, and "${more[0]}" is left over`);
    const store = openStore(context);
    try {
      // What does not exist is worth more words than a missing terminal.
      const named = text === undefined ? undefined : requireSource(text, storeLookup(context, store));
      if (!context.out.isTTY || context.io.stdin.isTTY !== true) {
        throw new DkError(
          'usage',
          'dk open needs a terminal, and this is none.',
          `Print the timeline with: dk log${text === undefined ? '' : ` ${text}`}`,
        );
      }
      const source = named ?? (await choose(context, store));
      if (source === undefined) return 0;
      const opened = await openSource(store, source, context);
      try {
        const at = await stateSeq(opened.recording, options.at ?? 'start');
        await openDebugger(opened.recording, { at });
        return 0;
      } finally {
        await opened.close();
      }
    } finally {
      store.close();
    }
  },
});

/** undefined when the user leaves without choosing. */
async function choose(context: Context, store: Store): Promise<Source | undefined> {
  const recordings = store.list();
  if (recordings.length < 2) return requireSource('@last', storeLookup(context, store));
  const info = await chooseRecording(recordings);
  return info === null ? undefined : { from: 'store', info };
}
