import type { DkEvent } from '../../events/event.js';
import type { Kind } from '../../events/kinds.js';
import type { Recording } from '../../timeline/types.js';
import { payloadOf } from '../payload.js';
import { withRecording } from '../open.js';
import { type Search, searchFor } from '../search.js';
import { eventJson } from '../output/event-json.js';
import { printable } from '../output/escape.js';
import { jsonLine } from '../output/json.js';
import { logLine } from '../output/log-line.js';
import { Progress } from '../output/progress.js';
import { stateSeq } from '../refs/event-ref.js';
import { pathShower } from '../refs/path-ref.js';
import { type Context, defineCommand, json, value } from './command.js';
import { positiveInteger } from './operand-checks.js';

/** Kinds that carry bytes. */
const CARRIERS: ReadonlySet<Kind> = new Set<Kind>(['file.write', 'file.copy', 'file.sync', 'output.write', 'resync']);
/** Of a larger write only this much is searched; said on stderr. */
const SEARCH_BYTES = 64 << 20;
const AROUND = 30;

export const command = defineCommand({
  options: {
    from: value('--from <E>', 'first event'),
    to: value('--to <E>', 'last event'),
    limit: value('--limit <N>', 'at most this many'),
    json,
  },
  notes: `TEXT is searched as it is, in bytes; /REGEX/ (flags i, s, m, u behind it) as RE2 reads it: JavaScript's syntax without look-around
((?=…), (?!…), (?<=…), (?<!…)) and backreferences (\\1, \\k<name>), in UTF-8. No search takes longer than its bytes do. Exit code 1 when
nothing is found.`,
  async run(context, operands, options) {
    const shape = { command: 'find', min: 1, max: 1, needs: 'a TEXT or a /REGEX/' };
    const limit =
      options.limit === undefined ? Number.POSITIVE_INFINITY : positiveInteger('find', '--limit', options.limit);
    return withRecording(context, operands, shape, async (recording, [wanted = '']) => {
      const search = await searchFor(wanted);
      const from = options.from === undefined ? 1 : Math.max(1, await stateSeq(recording, options.from));
      const to = options.to === undefined ? recording.length : await stateSeq(recording, options.to);
      context.out.page(context.io.env);
      const progress = new Progress(context.io.stderr, 'searching');
      let found = 0;
      if (from <= to) {
        for await (const event of recording.events({ from, to, kinds: CARRIERS })) {
          progress.update(event.seq - from, to - from);
          if (found >= limit) break;
          const match = await searchEvent(recording, event, search, context);
          if (match === undefined) continue;
          progress.end();
          found += 1;
          await print(recording, event, match, options.json, context);
        }
      }
      progress.end();
      return found > 0 ? 0 : 1;
    });
  },
});

interface Match {
  /** In the event's own bytes. */
  index: number;
  /** One line around it. */
  excerpt: string;
}

async function searchEvent(
  recording: Recording,
  event: DkEvent,
  search: Search,
  context: Context,
): Promise<Match | undefined> {
  if (!('data' in event) || event.data === null) return undefined;
  if ('length' in event && event.length > SEARCH_BYTES) {
    context.notice(
      `event ${event.seq} carries ${event.length} bytes, of which the first ${SEARCH_BYTES} are searched.`,
    );
  }
  const bytes = await payloadOf(recording, event, SEARCH_BYTES);
  if (bytes === undefined) context.notice(`event ${event.seq} is not searched: its bytes are not known.`);
  const found = bytes === undefined ? undefined : search(bytes);
  return found && bytes && { index: found.index, excerpt: excerpt(bytes, found.index, found.length) };
}

function excerpt(bytes: Buffer, index: number, length: number): string {
  const text = bytes.subarray(Math.max(0, index - AROUND), index + Math.min(length, 200) + AROUND).toString('utf8');
  return printable(text.trim());
}

async function print(
  recording: Recording,
  event: DkEvent,
  match: Match,
  asJson: boolean,
  context: Context,
): Promise<void> {
  if (asJson) {
    await context.out.write(
      jsonLine({ ...(eventJson(event) as object), matchOffset: match.index, excerpt: match.excerpt }),
    );
    return;
  }
  const line = logLine(event, pathShower(recording.info), context.paint, String(recording.length).length).trimEnd();
  await context.out.write(`${line}  ${context.paint('yellow', match.excerpt)}\n`);
}
