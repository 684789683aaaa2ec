import { RECORD_FLAGS } from '../../events/abi.js';
import { callOf, HARMLESS_CALLS, X32_BIT } from '../../syscalls/lookup.js';
import type { RawRecord } from '../../journal/raw-record.js';

/** A call without a row, for a person. */
export function unknownCall(record: RawRecord): string {
  const nr = record.u32('nr');
  if (record.has(RECORD_FLAGS.compat)) return `system call ${nr} of the 32-bit interface`;
  const isX32 = (nr & X32_BIT) !== 0;
  const plain = isX32 ? nr & ~X32_BIT : nr;
  const name = callOf(plain)?.name ?? HARMLESS_CALLS.find(({ x64 }) => x64 === plain)?.name;
  const shown = name === undefined ? `system call ${plain}` : `system call ${plain} (${name})`;
  return isX32 ? `${shown} of the x32 interface` : shown;
}
