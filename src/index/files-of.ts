import type { DkEvent } from '../events/event.js';

/** The second file whose names the event concerns, 0 for none: `history` lists the event under both. */
export function otherFileOf(event: DkEvent): number {
  if (event.kind === 'path.rename') return event.replaced;
  return event.kind === 'path.exchange' ? event.other : 0;
}

/** The files whose names, bytes or attributes the event concerns. */
export function filesOf(event: DkEvent): number[] {
  const other = otherFileOf(event);
  const files = event.file === 0 ? [] : [event.file];
  return other === 0 || other === event.file ? files : [...files, other];
}
