import type { Store } from '../../catalog/store.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { DkError } from '../../errors.js';
import type { DkEvent } from '../../events/event.js';
import { KIND_NAMES, type Kind } from '../../events/kinds.js';
import { readEventRef } from '../../timeline/event-ref.js';
import type { Recording } from '../../timeline/types.js';
import { runningEvents } from '../log-running.js';
import { withRecording } from '../open.js';
import { eventJson } from '../output/event-json.js';
import { jsonLine } from '../output/json.js';
import { logLine } from '../output/log-line.js';
import { stateSeq } from '../refs/event-ref.js';
import { pathPatterns, pathShower, requireKnownPaths, roughPatterns } from '../refs/path-ref.js';
import { type Context, defineCommand, flag, json, value } from './command.js';
import { positiveInteger } from './operand-checks.js';

export const command = defineCommand({
  options: {
    kind: value('--kind <K,…>', 'only these kinds: exact (file.write) or a group (file, meta)'),
    pid: value('--pid <N>', 'only this process'),
    from: value('--from <E>', 'first event'),
    to: value('--to <E>', 'last event'),
    limit: value('--limit <N>', 'at most this many'),
    follow: flag('-f, --follow', 'go on while the recording grows'),
    json,
  },
  notes: `Of a recording that is still being made, what there is so far; --follow goes on to its end. Each line: SEQ  +TIME  PID COMM  OP  PATH  DETAIL. Several PATHs: any of them. A directory stands for everything below it.
Kinds: ${KIND_NAMES.join(' ')}`,
  async run(context, operands, options) {
    const shape = { command: 'log', min: 0, max: Number.POSITIVE_INFINITY, needs: '' };
    const kinds = options.kind === undefined ? undefined : readKinds(options.kind);
    const pid = options.pid === undefined ? undefined : positiveInteger('log', '--pid', options.pid);
    const limit = options.limit === undefined ? undefined : positiveInteger('log', '--limit', options.limit);
    const use = async (recording: Recording, rest: readonly string[]) => {
      const from = options.from === undefined ? 1 : Math.max(1, await stateSeq(recording, options.from));
      const to = options.to === undefined ? recording.length : await stateSeq(recording, options.to);
      const query = { from, to, kinds, pid, limit, paths: await pathPatterns(rest, recording) };
      context.out.page(context.io.env);
      const show = shower(context, recording.info, options.json, recording.length);
      const printed = from > to ? 0 : await printAll(recording.events(query), show, context, PART_CHARS);
      if (printed === 0) await requireKnownPaths(recording, rest);
      return 0;
    };
    const whileRunning = async (info: RecordingInfo, rest: readonly string[], store: Store) => {
      const [from, to] = [knownSeq(options.from, info), knownSeq(options.to, info)];
      const query = { from, to, kinds, pid, limit, paths: roughPatterns(rest, info) };
      const show = shower(context, info, options.json, 0);
      await printAll(runningEvents({ store, context }, info, query, options.follow), show, context, 0);
      return 0;
    };
    return withRecording(context, operands, shape, use, whileRunning);
  },
});

type Show = (event: DkEvent) => string;

/** `length`: of the whole recording, as far as it is known. */
function shower(context: Context, info: RecordingInfo, asJson: boolean, length: number): Show {
  const showPath = pathShower(info);
  const width = String(length).length;
  return (event) => (asJson ? jsonLine(eventJson(event)) : logLine(event, showPath, context.paint, width));
}

const PART_CHARS = 1 << 16;

/** Writes when there are `partChars`: 0 for events that somebody waits for. */
async function printAll(
  events: AsyncIterable<DkEvent>,
  show: Show,
  context: Context,
  partChars: number,
): Promise<number> {
  let printed = 0;
  let part = '';
  try {
    for await (const event of events) {
      printed += 1;
      part += show(event);
      if (part.length < partChars) continue;
      await context.out.write(part);
      part = '';
    }
  } finally {
    // Also what stands before an event that cannot be read.
    await context.out.write(part);
  }
  return printed;
}

/** Of a recording that goes on, only numbers and the start can be told. */
function knownSeq(text: string | undefined, info: RecordingInfo): number | undefined {
  if (text === undefined) return undefined;
  const ref = readEventRef(text);
  if (ref?.by === 'seq') return ref.seq;
  throw new DkError(
    'usage',
    `"${text}" cannot be told before the recording ${info.id} has ended.`,
    'Give the number of an event, or wait for the end.',
  );
}

/** Names, separated by commas; a name before a dot stands for its whole group. */
function readKinds(text: string): ReadonlySet<Kind> {
  const kinds = new Set<Kind>();
  for (const word of text.split(',').map((part) => part.trim())) {
    const found = KIND_NAMES.filter((kind) => kind === word || kind.startsWith(`${word.replace(/\.\*$/, '')}.`));
    if (found.length === 0 || word === '') {
      throw new DkError(
        'usage',
        `There is no event kind "${word}".`,
        `The kinds are ${KIND_NAMES.join(', ')}; a group is file, dir, path, meta, proc.`,
      );
    }
    for (const kind of found) kinds.add(kind);
  }
  return kinds;
}
