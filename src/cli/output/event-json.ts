import type { DkEvent } from '../../events/event.js';
import { type Json, toJson } from './json.js';

/** An event as docs/json.md names its fields. `data` stays out: where bytes are stored is no business of a reader. */
export function eventJson(event: DkEvent): Json {
  const { seq, tsNs, pid, tid, comm, kind, path, durNs, proc, file, ...rest } = event;
  const payload = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'data'));
  return toJson({ seq, tsNs, pid, tid, comm, kind, path, ...payload, durNs, proc, file });
}
