import { DkError } from '../../errors.js';
import type { DkEvent } from '../../events/event.js';
import { KIND_NAMES, type Kind } from '../../events/kinds.js';
import type { EventQuery, Recording } from '../../timeline/types.js';
import { followRecording } from '../follow.js';
import { withRecording } from '../open.js';
import { eventJson } from '../output/event-json.js';
import { jsonLine } from '../output/json.js';
import { logLine } from '../output/log-line.js';
import { stateSeq } from '../refs/event-ref.js';
import { absolutePath, noSuchPath, pathPatterns, pathShower, stands } from '../refs/path-ref.js';
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
  notes: `Each line: SEQ  +TIME  PID COMM  OP  PATH  DETAIL. Several PATHs: any of them. A directory stands for everything below it.
Kinds: ${KIND_NAMES.join(' ')}`,
  async run(context, operands, options) {
    const shape = { command: 'log', min: 0, max: Number.POSITIVE_INFINITY, needs: '' };
    const kinds = options.kind === undefined ? undefined : readKinds(options.kind);
    const pid = options.pid === undefined ? undefined : positiveInteger('log', '--pid', options.pid);
    const limit = options.limit === undefined ? undefined : positiveInteger('log', '--limit', options.limit);
    return withRecording(context, operands.all, shape, async (recording, rest, source, store) => {
      const from = options.from === undefined ? 1 : Math.max(1, await stateSeq(recording, options.from));
      const to = options.to === undefined ? recording.length : await stateSeq(recording, options.to);
      const query: EventQuery = { from, to, kinds, pid, limit, paths: await pathPatterns(rest, recording) };
      if (!options.follow) context.out.page(context.io.env);
      const print = printer(context, recording, options.json);
      let printed = await printEvents(recording, query, print);
      if (options.follow && options.to === undefined && source.from === 'store') {
        for await (const grown of followRecording(store, source.info.id, recording.length)) {
          const left = limit === undefined ? undefined : limit - printed;
          if (left !== undefined && left <= 0) break;
          const more = { ...query, from: Math.max(from, grown.from), to: grown.recording.length, limit: left };
          printed += await printEvents(grown.recording, more, print);
        }
      }
      if (printed === 0) await requireKnownPaths(recording, rest);
      return 0;
    });
  },
});

type Print = (event: DkEvent) => Promise<void>;

function printer(context: Context, recording: Recording, asJson: boolean): Print {
  const show = pathShower(recording.info);
  const width = String(recording.length).length;
  return (event) => context.out.write(asJson ? jsonLine(eventJson(event)) : logLine(event, show, context.paint, width));
}

async function printEvents(recording: Recording, query: EventQuery, print: Print): Promise<number> {
  let printed = 0;
  if (query.limit === 0 || (query.from ?? 1) > (query.to ?? 0)) return 0;
  for await (const event of recording.events(query)) {
    await print(event);
    printed += 1;
  }
  return printed;
}

/** Nothing printed for a path that the recording never knew is a mistake, not an empty answer. */
async function requireKnownPaths(recording: Recording, paths: readonly string[]): Promise<void> {
  const patterns = (await pathPatterns(paths, recording)) ?? [];
  for (const [i, text] of paths.entries()) {
    const pattern = patterns[i] as string;
    if (pattern === text && !text.startsWith('/')) continue;
    const path = absolutePath(text, recording.info);
    const known = await firstOf(recording.events({ paths: [pattern], limit: 1 }));
    if (known === undefined && !(await stands(recording, path))) {
      throw noSuchPath(text, recording.info, await recording.state(recording.length));
    }
  }
}

async function firstOf(events: AsyncIterable<DkEvent>): Promise<DkEvent | undefined> {
  for await (const event of events) return event;
  return undefined;
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
