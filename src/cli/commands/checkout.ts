import { resolve } from 'node:path';
import { checkoutTools } from '../../storage/checkout-tools.js';
import { checkout, type CheckoutResult } from '../../timeline/checkout.js';
import type { Recording, State } from '../../timeline/types.js';
import { plural } from '../../debugger/quantities.js';
import { EXIT_CODES } from '../../errors.js';
import { tellDoubt } from '../doubt.js';
import { withRecording } from '../open.js';
import { printable } from '../output/escape.js';
import { Progress } from '../output/progress.js';
import { stateSeq } from '../refs/event-ref.js';
import { absolutePath, isGlob, noSuchPath, pathPatterns } from '../refs/path-ref.js';
import { type Context, defineCommand, flag, value } from './command.js';
import { usage } from './operand-checks.js';

export const command = defineCommand({
  options: {
    to: value('--to <DIR>', 'where to; it is made when it is missing and must be empty'),
    at: value('--at <E>', 'the event after which to rebuild (default: end)'),
    all: flag('--all', 'everything that was touched, inside or outside of the root, by its absolute path below DIR'),
    force: flag('--force', 'DIR need not be empty; what stands in the way is replaced'),
    privilegedNodes: flag('--privileged-nodes', 'set-id bits, owners and device nodes of a foreign bundle too'),
  },
  notes: `DIR becomes what the recorded root was. With PATHs only those, and the directories on the way to them.
A file whose bytes are not known is left out and named on stderr; the exit code is then 4.`,
  async run(context, operands, options) {
    const { to } = options;
    if (to === undefined || to === '') throw usage('checkout', 'needs --to DIR');
    const shape = { command: 'checkout', min: 0, max: Number.POSITIVE_INFINITY, needs: '' };
    return withRecording(context, operands, shape, async (recording, rest, source) => {
      const state = await recording.state(await stateSeq(recording, options.at ?? 'end'));
      tellDoubt(state, context);
      requirePaths(recording, state, rest);
      const progress = new Progress(context.io.stderr, 'checking out');
      const result = await checkout(recording, state, resolve(context.io.cwd, to), {
        all: options.all,
        force: options.force,
        foreign: source.from === 'bundle' || recording.info.imported === true,
        privilegedNodes: options.privilegedNodes,
        paths: await pathPatterns(rest, recording),
        tools: checkoutTools(),
        onProgress: (entries) => progress.update(entries, 0),
      });
      progress.end();
      return tell(result, state, to, context);
    });
  },
});

/** Before anything is written. */
function requirePaths(recording: Recording, state: State, paths: readonly string[]): void {
  for (const text of paths) {
    if (isGlob(text) || state.lookup(absolutePath(text, recording.info)) !== undefined) continue;
    throw noSuchPath(text, recording.info, state);
  }
}

function tell({ entries, leftOut, notices }: CheckoutResult, state: State, to: string, context: Context): number {
  context.notices(notices.map(printable));
  context.notices(leftOut.map(({ path, reason }) => `left out ${printable(path)}: ${printable(reason)}`));
  context.notice(`${plural(entries, 'entry').replace(/entrys$/, 'entries')} of event ${state.seq} in ${printable(to)}`);
  return leftOut.length > 0 ? EXIT_CODES['unknown-bytes'] : 0;
}
