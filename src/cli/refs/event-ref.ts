import { DkError } from '../../errors.js';
import { parseEventRef, readEventRef } from '../../timeline/event-ref.js';
import type { Recording } from '../../timeline/types.js';

/** The state an event reference names: 0…length. */
export function stateSeq(recording: Recording, text: string): Promise<number> {
  return parseEventRef(text, {
    length: recording.length,
    seqAtTime: (tsNs) => recording.seqAtTime(tsNs),
    marks: recording.info.marks,
  });
}

/** An event that happened: 1…length. */
export async function eventSeq(recording: Recording, text: string): Promise<number> {
  const seq = await stateSeq(recording, text);
  if (seq > 0) return seq;
  const hint = recording.length === 0 ? 'The recording has no events.' : `Its events are 1 to ${recording.length}.`;
  throw new DkError('not-found', `"${text}" names the base of ${recording.info.id}, which is no event.`, hint);
}

export function looksLikeEvent(text: string): boolean {
  return readEventRef(text) !== undefined;
}
