import type { DkEvent } from '../events/event.js';
import { changesFilesystem } from '../events/kinds.js';
import type { Recording } from '../timeline/types.js';
import type { EventPages } from './event-pages.js';
import { type EventText, eventText } from './event-text.js';
import { withoutColours } from './event-view.js';
import type { PathFilter } from './path-filter.js';

export interface EventRow {
  /** 0 is the base: the moment before the command. */
  seq: number;
  tsNs: number;
  comm: string;
  changes: boolean;
  /** undefined for the base. */
  text: EventText | undefined;
}

export interface EventRowsRequest {
  playhead: number;
  /** How many rows fit. */
  count: number;
  filter: PathFilter | null;
  /** Leaves out processes, output and fsync. */
  changesOnly: boolean;
}

const BASE_ROW: EventRow = { seq: 0, tsNs: 0, comm: '', changes: false, text: undefined };
const PREVIEW_BYTES = 160;

/** The rows around the playhead, ascending; the playhead's own row is always among them. */
export async function eventRows(
  recording: Recording,
  pages: EventPages,
  request: EventRowsRequest,
  isStale: () => boolean,
): Promise<EventRow[]> {
  const { playhead, count, filter, changesOnly } = request;
  if (count <= 0) return [];
  const above = Math.floor((count - 1) * 0.4);
  const unfiltered = filter === null && !changesOnly;
  const rows = unfiltered
    ? await nearby(pages, playhead, recording.length, count, above)
    : await matching(recording, pages, request, above, isStale);
  return Promise.all(rows.map((event) => (event === null ? BASE_ROW : toRow(recording, event))));
}

/** Without a filter the rows are consecutive numbers. null stands for the base. */
async function nearby(
  pages: EventPages,
  playhead: number,
  length: number,
  count: number,
  wantedAbove: number,
): Promise<(DkEvent | null)[]> {
  const first = Math.max(0, Math.min(playhead - wantedAbove, length + 1 - count));
  const events = await pages.range(first, first + count - 1);
  return first === 0 ? [null, ...events] : events;
}

async function matching(
  recording: Recording,
  pages: EventPages,
  request: EventRowsRequest,
  wantedAbove: number,
  isStale: () => boolean,
): Promise<(DkEvent | null)[]> {
  const { playhead, count } = request;
  const above: (DkEvent | null)[] = await collect(
    recording,
    request,
    { to: playhead - 1, reverse: true },
    count,
    isStale,
  );
  if (above.length < count && playhead > 0) above.push(null);
  above.reverse();
  const here = playhead === 0 ? [null] : await pages.range(playhead, playhead);
  const below = await collect(recording, request, { from: playhead + 1 }, count, isStale);
  const room = count - here.length;
  const showBelow = Math.min(below.length, Math.max(room - wantedAbove, room - above.length));
  const showAbove = Math.min(above.length, room - showBelow);
  return [...above.slice(above.length - showAbove), ...here, ...below.slice(0, showBelow)];
}

async function collect(
  recording: Recording,
  { filter, changesOnly }: EventRowsRequest,
  range: { from?: number; to?: number; reverse?: boolean },
  limit: number,
  isStale: () => boolean,
): Promise<DkEvent[]> {
  const found: DkEvent[] = [];
  if ((range.to ?? 1) < 1 || (range.from ?? 1) > recording.length) return found;
  for await (const event of recording.events({ ...range, changesOnly })) {
    if (filter === null || filter.matches(event)) found.push(event);
    if (found.length >= limit || isStale()) break;
  }
  return found;
}

async function toRow(recording: Recording, event: DkEvent): Promise<EventRow> {
  const text = eventText(event);
  if (event.kind === 'output.write') text.detail = await preview(recording, event, text.detail);
  return { seq: event.seq, tsNs: event.tsNs, comm: event.comm, changes: changesFilesystem(event.kind), text };
}

/** The first line of what was printed, so that output reads as output. */
async function preview(recording: Recording, event: DkEvent, otherwise: string): Promise<string> {
  try {
    const text = (await recording.payload(event, PREVIEW_BYTES)).toString('utf8');
    const line = withoutColours(text)
      .split(/[\r\n]+/)
      .find((candidate) => candidate.trim() !== '');
    return line === undefined ? otherwise : line.trimEnd();
  } catch {
    return otherwise;
  }
}
