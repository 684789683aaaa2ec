import { EXIT_CODES } from '../../errors.js';
import { formatBytes, formatCount } from '../../debugger/quantities.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { openStore } from '../open.js';
import { printable } from '../output/escape.js';
import { jsonLine } from '../output/json.js';
import { shellWords } from '../output/shell-words.js';
import { table } from '../output/table.js';
import { clockTime } from '../output/units.js';
import { type Context, defineCommand, json } from './command.js';
import { noOperands } from './operand-checks.js';

const COMMAND_COLUMNS = 40;
const HEADER = ['ID', 'LABEL', 'WHEN', 'COMMAND', 'EXIT', 'EVENTS', 'SIZE', 'STATE'];

export const command = defineCommand({
  options: { json },
  notes: 'Newest first. EXIT is the exit code of the command, or the signal that ended it.',
  async run(context, operands, options) {
    noOperands('ls', operands.all);
    const store = openStore(context);
    const recordings = store.list();
    const damaged = store.damaged();
    for (const { id, error } of damaged) context.notice(`recording ${id} is left out: ${printable(error.message)}`);
    store.close();
    const code = damaged.length > 0 ? EXIT_CODES.damaged : 0;
    if (options.json) {
      for (const info of recordings) await context.out.write(jsonLine(recordingJson(info)));
      return code;
    }
    if (recordings.length === 0) {
      if (code === 0) context.notice('There are no recordings yet. Record a command with: dk run -- CMD');
      return code;
    }
    context.out.page(context.io.env);
    await context.out.write(
      table(
        HEADER,
        recordings.map((info) => row(info, context)),
        ['EVENTS', 'SIZE'],
      ),
    );
    return code;
  },
});

/** The recording's own fields, and its command as one shell line. */
export function recordingJson(info: RecordingInfo): Record<string, unknown> {
  return { ...info, command: shellWords(info.argv) };
}

function row(info: RecordingInfo, context: Context): string[] {
  return [
    context.paint('bold', info.id),
    printable(info.label ?? '-'),
    clockTime(info.startedMs),
    shorten(shellWords(info.argv)),
    exitText(info),
    ...(isCounted(info) ? [formatCount(info.events), formatBytes(info.sizeBytes)] : ['-', '-']),
    stateText(info, context),
  ];
}

/** Nobody has counted yet what a recording holds that is still being made, or waits to be recovered. */
function isCounted({ state, events }: RecordingInfo): boolean {
  return state === 'sealed' || events > 0;
}

function exitText(info: RecordingInfo): string {
  if (info.signal !== null && info.signal !== 0) return `signal ${info.signal}`;
  return info.exitCode === null ? '-' : String(info.exitCode);
}

function stateText(info: RecordingInfo, { paint }: Context): string {
  const state =
    info.state === 'sealed' ? info.state : paint(info.state === 'recording' ? 'green' : 'yellow', info.state);
  const gaps = info.gaps > 0 ? paint('red', ` ${formatCount(info.gaps)} gaps`) : '';
  if (info.verified?.ok === false) return `${state}${gaps} ${paint('red', 'differs')}`;
  return info.unverified === undefined ? `${state}${gaps}` : `${state}${gaps} ${paint('yellow', 'not verified')}`;
}

function shorten(text: string): string {
  const chars = [...text];
  return chars.length <= COMMAND_COLUMNS ? text : `${chars.slice(0, COMMAND_COLUMNS - 1).join('')}…`;
}
