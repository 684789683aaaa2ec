import { RECORD_FLAGS } from '../../events/abi.js';
import type { Credentials, OperationBody } from '../operation.js';
import type { RawRecord } from '../../journal/raw-record.js';

/** The record of an open that made a file or cut it. `path`: the file's own. */
export function openOf(record: RawRecord, path: string, credentials: Credentials): OperationBody {
  if (!record.has(RECORD_FLAGS.created))
    return { does: 'open-truncate', path: record.has(RECORD_FLAGS.nameless) ? null : path, credentials };
  const isUnnamed = record.has(RECORD_FLAGS.unnamed) || record.has(RECORD_FLAGS.deleted);
  return { does: 'create', path, isUnnamed };
}
