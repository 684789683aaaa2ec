import type { Operands } from '../../syscalls/row.js';
import type { RawRecord } from '../../journal/raw-record.js';

export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_SYMLINK_FOLLOW = 0x400;

/** Whether a symbolic link at the end of the call's path is followed. Not of one that follows with a flag only. */
export function follows(record: RawRecord, at: Operands): boolean {
  return at.follow === 'yes' || (at.follow === 'unless-flag' && (flagsOf(record, at) & AT_SYMLINK_NOFOLLOW) === 0);
}

export function flagsOf(record: RawRecord, { flags }: Operands): number {
  return flags === undefined ? 0 : record.arg32(flags);
}
