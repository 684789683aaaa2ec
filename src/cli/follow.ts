import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../catalog/store.js';
import type { Recording } from '../timeline/types.js';
import { openSource } from './open.js';

const POLL_MS = 200;

/** Yields the recording anew whenever it has grown past what was seen, until it is no longer being recorded. */
export async function* followRecording(
  store: Store,
  id: string,
  seen: number,
): AsyncGenerator<{ recording: Recording; from: number }> {
  let length = seen;
  for (let ended = false; !ended; ) {
    const info = store.info(id);
    ended = info.state !== 'recording';
    const opened = await openSource(store, { from: 'store', info });
    try {
      if (opened.recording.length > length) yield { recording: opened.recording, from: length + 1 };
      length = Math.max(length, opened.recording.length);
    } finally {
      await opened.close();
    }
    if (!ended) await wait(POLL_MS);
  }
}
