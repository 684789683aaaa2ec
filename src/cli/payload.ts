import { DkError } from '../errors.js';
import type { DkEvent } from '../events/event.js';
import type { Recording } from '../timeline/types.js';

/** The bytes that an event carried, at most `limitBytes` of them; undefined when they were not captured. */
export async function payloadOf(recording: Recording, event: DkEvent, limitBytes: number): Promise<Buffer | undefined> {
  try {
    return await recording.payload(event, limitBytes);
  } catch (error) {
    if (error instanceof DkError && error.code === 'unknown-bytes') return undefined;
    throw error;
  }
}
