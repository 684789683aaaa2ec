import { FALLOC } from '../../linux/fallocate.js';
import { flagsOfFileAttr } from '../../linux/file-flags.js';
import { S_IFSOCK } from '../../linux/modes.js';
import { type Call, ioctlOf } from '../../syscalls/lookup.js';
import type { Operands } from '../../syscalls/row.js';
import type { DecoderName } from '../../syscalls/table.js';
import type { AskedTimes, Credentials, OperationBody } from '../operation.js';
import { causeOfIoctl, changeByIoctl } from './ioctl.js';
import { openOf } from './opens.js';
import { AT_SYMLINK_FOLLOW, flagsOf, follows } from './operands.js';
import type { RawRecord } from '../../journal/raw-record.js';
import type { Strings } from './strings.js';
import { unknownCall } from './unknown-call.js';
import { timesOfTimespecs, timesOfTimevals, timesOfUtimbuf } from './times.js';

/** The record of a call that succeeded. `at`: what its arguments mean. */
interface Called {
  record: RawRecord;
  strings: Strings;
  at: Operands;
}

/** undefined: it changed nothing. */
type Decoder = (called: Called) => OperationBody | undefined;

const AT_REMOVEDIR = 0x200;
const SYNC_FILE_RANGE_WRITE = 2;
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;
const MOUNT_ATTR_IDMAP = 0x100000;
const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;
const MS_MOVE = 0x2000;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED. */
const MS_PROPAGATION = 0x1e0000;
/** Commands of quotactl(2) that only look: Q_SYNC, Q_GETFMT … Q_GETNEXTQUOTA, and those of XFS (linux/quota.h, dqblk_xfs.h). */
const QUOTA_LOOKS: ReadonlySet<number> = new Set([
  0x800001, 0x800004, 0x800005, 0x800007, 0x800009, 0x5803, 0x5805, 0x5807, 0x5808, 0x5809,
]);

/** What the success of a call means. The rows of the table name them: none is missing, none is left over. */
const DECODERS: Readonly<Record<DecoderName, Decoder>> = {
  open: ({ record, strings }) => openOf(record, strings.first.base, credentialsOf(record)),
  mmap: () => ({ does: 'map', follow: false }),
  punch: ({ record }) => punched(record),
  bind: ({ record }) => ({
    does: 'make-node',
    mode: S_IFSOCK | 0o777,
    rdev: 0,
    credentials: credentialsOf(record),
  }),
  fsync: () => ({ does: 'sync', dataOnly: false }),
  fdatasync: () => ({ does: 'sync', dataOnly: true }),
  sync_file_range: ({ record }) =>
    (record.arg32(3) & SYNC_FILE_RANGE_WRITE) === 0 ? undefined : { does: 'sync', dataOnly: true },
  sync: () => ({ does: 'sync-all' }),
  truncate: (called) => ({
    does: 'truncate',
    ...onFile(called),
    sizeBytes: Number(called.record.arg(called.at.value ?? 0)),
    credentials: credentialsOf(called.record),
  }),
  fallocate: ({ record }) => ({
    does: 'allocate',
    follow: false,
    mode: record.arg32(1),
    offset: Number(record.arg(2)),
    length: Number(record.arg(3)),
  }),
  ioctl: ioctled,
  rename: renamed,
  mkdir: ({ record, at }) => ({
    does: 'make-directory',
    mode: record.arg32(at.value ?? 0),
    credentials: credentialsOf(record),
  }),
  mknod: ({ record, at: { value = 0 } }) => ({
    does: 'make-node',
    mode: record.arg32(value),
    rdev: record.arg32(value + 1) >>> 0,
    credentials: credentialsOf(record),
  }),
  rmdir: () => ({ does: 'remove', isDirectory: true }),
  unlink: () => ({ does: 'remove', isDirectory: false }),
  unlinkat: ({ record, at }) => ({ does: 'remove', isDirectory: (flagsOf(record, at) & AT_REMOVEDIR) !== 0 }),
  link: ({ record, at }) => ({ does: 'link', follow: (flagsOf(record, at) & AT_SYMLINK_FOLLOW) !== 0 }),
  symlink: ({ record, strings }) => ({
    does: 'make-symlink',
    target: strings.first.path,
    credentials: credentialsOf(record),
  }),
  chmod: (called) => ({
    does: 'set-mode',
    ...onFile(called),
    mode: called.record.arg32(called.at.value ?? 0),
    credentials: credentialsOf(called.record),
  }),
  chown: (called) => {
    const { value = 0 } = called.at;
    return {
      does: 'set-owner',
      ...onFile(called),
      uid: called.record.arg32(value),
      gid: called.record.arg32(value + 1),
    };
  },
  utime: (called) => timesSet(called, timesOfUtimbuf(called.strings.extra)),
  utimes: (called) => timesSet(called, timesOfTimevals(called.strings.extra)),
  utimensat: (called) => timesSet(called, timesOfTimespecs(called.strings.extra)),
  setxattr: (called) => {
    const { extra } = called.strings;
    const end = extra.indexOf(0);
    const value = Buffer.from(extra.subarray(end + 1));
    return { does: 'set-xattr', ...onFile(called), name: extra.toString('utf8', 0, end), value };
  },
  removexattr: (called) => {
    const { extra } = called.strings;
    return { does: 'set-xattr', ...onFile(called), name: extra.toString('utf8', 0, extra.indexOf(0)), value: null };
  },
  file_setattr: (called) => ({ does: 'set-flags', ...onFile(called), ...flagsOfFileAttr(called.strings.extra) }),
  mount: ({ record }) => mounted(record.arg32(3)),
  umount2: () => ({ does: 'unmount' }),
  move_mount: () => ({ does: 'mount', how: 'move' }),
  pivot_root: () => ({ does: 'pivot-root' }),
  mount_setattr: ({ strings: { extra } }) =>
    extra.length >= 8 && (extra.readUInt32LE(0) & MOUNT_ATTR_IDMAP) !== 0
      ? everything('a mount maps owners to others', true)
      : undefined,
  quotactl: ({ record }) =>
    [0, 1].some((argument) => QUOTA_LOOKS.has(record.arg32(argument) >>> 8))
      ? undefined
      : everything('quotactl: quota files may have changed'),
};

/** What a call of the table did. */
export function operationOf(call: Call, record: RawRecord, strings: Strings): OperationBody | undefined {
  const called = { record, strings, at: call.at ?? {} };
  if (call.gap !== undefined) {
    const cause = `${call.name}: ${call.gap}`;
    if (called.at.path === undefined) return everything(cause, movesNames(call));
    // One without a path ends what it had begun.
    if (strings.first.path === '') return undefined;
    return { does: 'unknown', ...onFile(called), cause, about: 'file', mayMoveNames: movesNames(call) };
  }
  const decoder = call.decoder as DecoderName | undefined;
  return decoder === undefined
    ? everything(`${unknownCall(record)}, which is not followed`, true)
    : DECODERS[decoder](called);
}

export function everything(cause: string, mayMoveNames = false): OperationBody {
  return { does: 'unknown', follow: false, cause, about: 'everything', mayMoveNames };
}

function movesNames({ changes }: Call): boolean {
  return changes === 'names' || changes === 'mounts' || changes === 'view';
}

function onFile({ record, at }: Called): { follow: boolean } {
  return { follow: follows(record, at) };
}

function credentialsOf(record: RawRecord): Credentials {
  return { umask: record.u32('umask'), fsuid: record.u32('fsuid'), fsgid: record.u32('fsgid') };
}

function timesSet(called: Called, times: AskedTimes | undefined): OperationBody | undefined {
  return times === undefined ? undefined : { does: 'set-times', ...onFile(called), ...times };
}

function renamed({ record, at }: Called): OperationBody {
  const flags = flagsOf(record, at);
  if ((flags & RENAME_EXCHANGE) !== 0) return { does: 'exchange' };
  return {
    does: 'rename',
    keeps: (flags & RENAME_NOREPLACE) !== 0,
    leavesWhiteout: (flags & RENAME_WHITEOUT) !== 0,
    credentials: credentialsOf(record),
  };
}

/** madvise(MADV_REMOVE): a hole in the file that is mapped. The arguments are the range of the file. */
function punched(record: RawRecord): OperationBody {
  if (record.u64('ino') === 0) return everything('a hole was cut through several mappings');
  const [offset, length] = [Number(record.arg(0)), Number(record.arg(1))];
  return { does: 'allocate', follow: false, mode: FALLOC.punchHole | FALLOC.keepSize, offset, length };
}

/** What ioctl(2) did to a file, by its command. */
function ioctled({ record, strings }: Called): OperationBody {
  const command = record.arg32(1) >>> 0;
  const ioctl = ioctlOf(command);
  const change = ioctl === undefined ? undefined : changeByIoctl(ioctl, strings.extra);
  if (change === undefined) {
    const about = ioctl?.affects === 'everything' ? 'everything' : 'file';
    return { does: 'unknown', follow: false, cause: causeOfIoctl(command, ioctl), about, mayMoveNames: false };
  }
  if ('mode' in change) return { does: 'allocate', follow: false, ...change };
  return { does: 'set-flags', follow: false, ...change };
}

/** mount(source, target, type, flags, data) */
function mounted(flags: number): OperationBody | undefined {
  if ((flags & (MS_REMOUNT | MS_PROPAGATION)) !== 0) return undefined;
  if ((flags & MS_MOVE) !== 0) return { does: 'mount', how: 'move' };
  return { does: 'mount', how: (flags & MS_BIND) === 0 ? 'new' : 'bind' };
}
