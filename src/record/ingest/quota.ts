import type { Context, Outcome } from './context.js';
import type { RawRecord } from './raw-record.js';
import { doubtEverything } from './unknown-call.js';

/** Commands of quotactl(2) that only look: Q_SYNC, Q_GETFMT … Q_GETNEXTQUOTA, and those of XFS (linux/quota.h, dqblk_xfs.h). */
const LOOKS: ReadonlySet<number> = new Set([
  0x800001, 0x800004, 0x800005, 0x800007, 0x800009, 0x5803, 0x5805, 0x5807, 0x5808, 0x5809,
]);

/** quotactl(command, device, …), quotactl_fd(fd, command, …): the rest writes quota files, which may be files like others. */
export function quotaSet(context: Context, record: RawRecord): Outcome {
  const commands = [record.arg32(0) >>> 8, record.arg32(1) >>> 8];
  if (commands.some((command) => LOOKS.has(command))) return 'done';
  return doubtEverything(context, record, 'quotactl: quota files may have changed');
}
