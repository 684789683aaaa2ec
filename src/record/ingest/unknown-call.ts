import { RECORD_FLAGS } from '../../events/abi.js';
import { callOf, HARMLESS_CALLS, X32_BIT } from '../../syscalls/lookup.js';
import type { Context, Outcome } from './context.js';
import type { RawRecord } from './raw-record.js';

/** A call that succeeded and that nobody knows: it may have changed anything. */
export function unknownCall(context: Context, record: RawRecord): Outcome {
  return doubtEverything(context, record, `${nameOf(record)}, which is not followed`);
}

export function doubtEverything(context: Context, record: RawRecord, cause: string): Outcome {
  context.doubt(record, cause, { file: 0, path: '' });
  return 'done';
}

function nameOf(record: RawRecord): string {
  const nr = record.u32('nr');
  if (record.has(RECORD_FLAGS.compat)) return `system call ${nr} of the 32-bit interface`;
  const isX32 = (nr & X32_BIT) !== 0;
  const plain = isX32 ? nr & ~X32_BIT : nr;
  const name = callOf(plain)?.name ?? HARMLESS_CALLS.find(({ x64 }) => x64 === plain)?.name;
  const shown = name === undefined ? `system call ${plain}` : `system call ${plain} (${name})`;
  return isX32 ? `${shown} of the x32 interface` : shown;
}
