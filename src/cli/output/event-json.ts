import type { DkEvent } from '../../events/event.js';

/**
 * An event as docs/json.md names its fields; not yet mapped to JSON (json.ts). `data` stays out: where bytes are stored is no
 * business of a reader.
 */
export function eventJson(event: DkEvent): object {
  const { seq, tsNs, pid, tid, comm, kind, path, durNs, proc, file, ...rest } = event;
  const { data: _, ...payload } = rest as typeof rest & { data?: unknown };
  return { seq, tsNs, pid, tid, comm, kind, path, ...payload, durNs, proc, file };
}
