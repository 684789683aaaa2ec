import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import type { DkEvent } from '../events/event.js';
import { JournalFollower } from '../ingest/follow-journal.js';
import { eventFilter } from '../timeline/event-query.js';
import type { EventQuery } from '../timeline/types.js';
import type { Context } from './commands/command.js';
import { openSource } from './open.js';

const POLL_MS = 100;

interface Running {
  store: Store;
  context: Context;
}

/**
 * The events of a recording that is still being made, as far as they match; with `follow` on to its end. Numbers in
 * `query.from` and `query.to` count; `query.limit` ends it early.
 */
export async function* runningEvents(
  { store, context }: Running,
  info: RecordingInfo,
  query: EventQuery,
  follow: boolean,
): AsyncGenerator<DkEvent> {
  const matches = eventFilter(query, info.cwd);
  const wanted = ({ seq }: DkEvent) => seq >= (query.from ?? 1) && seq <= (query.to ?? Number.POSITIVE_INFINITY);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let follower: JournalFollower = new JournalFollower(store, info);
  try {
    for (let quiet = false; left > 0; ) {
      const running = store.info(info.id).state === 'recording';
      const events: DkEvent[] = running ? follower.take(quiet) : [];
      if (quiet && follower.length === 0) {
        // Before the first event the base may still have been incomplete.
        follower.close();
        follower = new JournalFollower(store, info);
      }
      for (const event of events) {
        if (left > 0 && wanted(event) && matches(event)) {
          left -= 1;
          yield event;
        }
      }
      if (!running) break;
      if (events.length === 0 && quiet && !follow) return;
      quiet = events.length === 0;
      if (quiet) await wait(POLL_MS);
    }
    if (left > 0 && follow) yield* restOf({ store, context }, info.id, { ...query, limit: left }, follower.length);
  } finally {
    follower.close();
  }
}

/** What the end of the recording brought that the journal did not say, or that we did not get to read. */
async function* restOf(
  { store, context }: Running,
  id: string,
  query: EventQuery,
  seen: number,
): AsyncGenerator<DkEvent> {
  const { recording, close } = await openSource(store, { from: 'store', info: store.info(id) }, context);
  try {
    const from = Math.max(query.from ?? 1, seen + 1);
    if (from <= recording.length) yield* recording.events({ ...query, from });
  } finally {
    await close();
  }
}
