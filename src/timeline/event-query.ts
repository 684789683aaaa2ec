import type { DkEvent } from '../events/event.js';
import { changesFilesystem } from '../events/kinds.js';
import { pathFilter } from './path-filter.js';
import type { EventQuery } from './types.js';

export type EventFilter = (event: DkEvent) => boolean;

/** The query's conditions on a single event, all but `from`, `to` and `file`, which choose where to look. */
export function eventFilter(query: EventQuery, cwd: string): EventFilter {
  const tests: EventFilter[] = [];
  const { kinds, pid, paths } = query;
  if (query.changesOnly) tests.push((event) => changesFilesystem(event.kind));
  if (kinds !== undefined) tests.push((event) => kinds.has(event.kind));
  if (pid !== undefined) tests.push((event) => event.pid === pid);
  if (paths !== undefined && paths.length > 0) {
    const matches = pathFilter(paths, cwd);
    tests.push((event) => matches(event.path) || ('newPath' in event && matches(event.newPath)));
  }
  return (event) => tests.every((test) => test(event));
}
