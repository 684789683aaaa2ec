import type { DkEvent } from '../events/event.js';

/** The files whose names, bytes or attributes the event concerns: what `history(file)` finds it under. */
export function filesOf(event: DkEvent): number[] {
  const files = event.file === 0 ? [] : [event.file];
  const other = event.kind === 'path.rename' ? event.replaced : event.kind === 'path.exchange' ? event.other : 0;
  if (other !== 0 && other !== event.file) files.push(other);
  return files;
}
