import { NO_PATH, type Does, type OperationOf } from '../../src/ingest/operation.js';

const HEAD = {
  pid: 1,
  tid: 1,
  comm: 'test',
  enterNs: 0,
  exitNs: 1,
  call: 'test',
  inode: undefined,
  first: NO_PATH,
  second: NO_PATH,
  namespace: 0,
  looks: [],
};

/** An operation of dk's own mount namespace, by thread 1, over in a nanosecond, as far as `fields` do not say otherwise. */
export function operation<D extends Does>(does: D, fields: Partial<OperationOf<D>>): OperationOf<D> {
  return { ...HEAD, does, ...fields } as OperationOf<D>;
}

export const at = (path: string) => ({ base: '/', path });
