import type { Context } from './context.js';
import type { RawRecord } from './raw-record.js';

const SET_ID_BITS = 0o6000;
const CAPABILITY = 'security.capability';

/**
 * What the kernel takes from a file as a side effect of a change of its content or owner (file_remove_privs): the
 * capabilities, whoever makes it, and the set-id bits, which are gone when `modeAfter`, read from the inode, says so.
 * Call it after the event of the change itself.
 */
export function takeRights(
  context: Context,
  record: RawRecord,
  file: number,
  path: string,
  modeAfter: number | undefined,
): void {
  const rec = context.model.state.rec(file);
  if (rec === undefined) return;
  if (rec.xattrs?.get(CAPABILITY)) {
    context.emit(record, { kind: 'meta.xattr', file, path, name: CAPABILITY, value: null });
  }
  if (modeAfter === undefined || (rec.mode & SET_ID_BITS & ~modeAfter) === 0) return;
  context.emit(record, { kind: 'meta.mode', file, path, mode: rec.mode & 0o7777 & (modeAfter | ~SET_ID_BITS) });
}

/** The mode that the record's inode had when the call returned; undefined where the record names no inode. */
export function modeAfterCall(record: RawRecord): number | undefined {
  const mode = record.u32('mode');
  return mode === 0 ? undefined : mode;
}
