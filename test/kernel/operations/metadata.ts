import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  created,
  ended,
  madeNode,
  modeSet,
  type OperationCase,
  ownerSet,
  pattern,
  timesSet,
  truncated,
  wrote,
} from './case.js';
import { AT, O, UTIME } from './constants.js';

/** A file f of mode 0644 and a symbolic link l to it. */
const fileAndLink = (folder: string) => {
  writeFileSync(join(folder, 'f'), 'f');
  chmodSync(join(folder, 'f'), 0o644);
  symlinkSync('f', join(folder, 'l'));
};
const open = `a=open 'f ${O.RDWR}`;
const on = (name: string, calls: string[], ...events: OperationCase['events'][number][]): OperationCase => ({
  name,
  before: fileAndLink,
  calls,
  events: [...events, ended()],
});

export const MODES: readonly OperationCase[] = [
  on('chmod', ["chmod 'f 0600"], modeSet('f', 0o600)),
  on('chmod through a symbolic link', ["chmod 'l 04711"], modeSet('f', 0o4711)),
  on(
    'chmod of a directory',
    ["mkdir 'd 0755", "chmod 'd 01777"],
    { kind: 'dir.create', path: 'd', mode: 0o040755, uid: 0, gid: 0 },
    modeSet('d', 0o1777),
  ),
  on('fchmod', [open, 'fchmod $a 0640'], modeSet('f', 0o640)),
  on('fchmodat', [`fchmodat ${AT.FDCWD} 'l 0611`], modeSet('f', 0o611)),
  on(
    'fchmodat2',
    [`fchmodat2 ${AT.FDCWD} 'l 0612 0`, `fchmodat2 ${AT.FDCWD} 'f 0613 ${AT.SYMLINK_NOFOLLOW}`],
    modeSet('f', 0o612),
    modeSet('f', 0o613),
  ),
  on('fchmodat2 AT_EMPTY_PATH', [open, `fchmodat2 $a ' 0614 ${AT.EMPTY_PATH}`], modeSet('f', 0o614)),
  on(
    'a write of another user takes set-id bits',
    ["chmod 'f 06777", 'setgroups 0 0', 'setresgid 34 34 34', 'setresuid 33 33 33', open, 'write $a b:2:1 2'],
    modeSet('f', 0o6777),
    wrote('f', 0, pattern(2, 1), { also: { mode: 0o777, xattrs: {} } }),
  ),
  on(
    'truncate, ftruncate and O_TRUNC of another user take set-id bits',
    [
      "mknod 'g 0100777 0",
      "mknod 'h 0100777 0",
      ...['f', 'g', 'h'].map((name) => `chmod '${name} 06777`),
      'setgroups 0 0',
      'setresgid 34 34 34',
      'setresuid 33 33 33',
      "truncate 'f 3",
      `a=open 'g ${O.RDWR}`,
      'ftruncate $a 3',
      `open 'h ${O.WRONLY | O.TRUNC}`,
    ],
    created('g', 0o755),
    created('h', 0o755),
    ...['f', 'g', 'h'].map((name) => modeSet(name, 0o6777)),
    { ...truncated('f', 3), also: { mode: 0o777, xattrs: {} } },
    { ...truncated('g', 3), also: { mode: 0o777, xattrs: {} } },
    { ...truncated('h', 0), also: { mode: 0o777, xattrs: {} } },
  ),
  on('chmod that fails', ["!chmod 'missing 0600", `!fchmodat2 ${AT.FDCWD} 'l 0600 ${AT.SYMLINK_NOFOLLOW}`]),
];

export const OWNERS: readonly OperationCase[] = [
  on('chown', ["chown 'f 7 8"], ownerSet('f', 7, 8)),
  on('chown through a symbolic link', ["chown 'l 7 8"], ownerSet('f', 7, 8)),
  on('chown of the group only', ["chown 'f -1 9"], ownerSet('f', 0, 9)),
  on('chown of the user only', ["chown 'f 5 -1", "chown 'f -1 -1"], ownerSet('f', 5, 0), ownerSet('f', 5, 0)),
  on(
    'chown takes set-id bits and capabilities',
    [
      "chmod 'f 06755",
      "setxattr 'f 'security.capability q:35184405643265,0,0 20 0",
      "chown 'f 7 8",
      "chmod 'f 02644",
      "chown 'f 9 9", // set-group-id without execution by the group stays
    ],
    modeSet('f', 0o6755),
    {
      kind: 'meta.xattr',
      path: 'f',
      name: 'security.capability',
      value: Buffer.from(`\x01\0\0\x02\0\x20${'\0'.repeat(14)}`).toString('base64'),
    },
    { ...ownerSet('f', 7, 8), also: { mode: 0o755, xattrs: { 'security.capability': null } } },
    modeSet('f', 0o2644),
    ownerSet('f', 9, 9),
  ),
  on('fchown', [open, 'fchown $a 1 2'], ownerSet('f', 1, 2)),
  on('lchown', ["lchown 'l 3 4"], ownerSet('l', 3, 4)),
  on(
    'fchownat',
    [
      `fchownat ${AT.FDCWD} 'l 5 6 0`,
      `fchownat ${AT.FDCWD} 'l 7 8 ${AT.SYMLINK_NOFOLLOW}`,
      open,
      `fchownat $a ' 9 9 ${AT.EMPTY_PATH}`,
    ],
    ownerSet('f', 5, 6),
    ownerSet('l', 7, 8),
    ownerSet('f', 9, 9),
  ),
  on('a large user id', ["chown 'f 4000000000 4000000001"], ownerSet('f', 4_000_000_000, 4_000_000_001)),
  on(
    'what another user makes is theirs',
    [
      'setgroups 0 0',
      "chmod '. 0777",
      'setresgid 34 34 34',
      'setresuid 33 33 33',
      `open 'n ${O.CREAT | O.WRONLY} 0644`,
    ],
    modeSet('.', 0o777),
    created('n', 0o644, { uid: 33, gid: 34 }),
  ),
  on('chown that fails', ["!chown 'missing 1 1"]),
];

const SECOND = 1_000_000_000n;

export const TIMES: readonly OperationCase[] = [
  on('utime', ["utime 'f q:1000,2000"], timesSet('f', 1000n * SECOND, 2000n * SECOND)),
  on('utime to now', ["utime 'f 0"], timesSet('f', null, null, true)),
  on('utimes', ["utimes 'f q:1000,5,2000,6"], timesSet('f', 1000n * SECOND + 5000n, 2000n * SECOND + 6000n)),
  on(
    'futimesat',
    [`futimesat ${AT.FDCWD} 'l q:1000,5,2000,6`],
    timesSet('f', 1000n * SECOND + 5000n, 2000n * SECOND + 6000n),
  ),
  on(
    'utimensat',
    [`utimensat ${AT.FDCWD} 'l q:1000,5,2000,6 0`],
    timesSet('f', 1000n * SECOND + 5n, 2000n * SECOND + 6n),
  ),
  on(
    'utimensat of a symbolic link',
    [`utimensat ${AT.FDCWD} 'l q:1000,5,2000,6 ${AT.SYMLINK_NOFOLLOW}`],
    timesSet('l', 1000n * SECOND + 5n, 2000n * SECOND + 6n),
  ),
  on(
    'utimensat of a descriptor',
    [open, 'utimensat $a 0 q:1000,5,2000,6 0'],
    timesSet('f', 1000n * SECOND + 5n, 2000n * SECOND + 6n),
  ),
  on(
    'calls on a descriptor that was opened for reading',
    [
      `a=open 'f ${O.RDONLY}`,
      'utimensat $a 0 q:1000,5,2000,6 0',
      'fchmod $a 0640',
      `fchownat $a ' 1 2 ${AT.EMPTY_PATH}`,
    ],
    timesSet('f', 1000n * SECOND + 5n, 2000n * SECOND + 6n),
    modeSet('f', 0o640),
    ownerSet('f', 1, 2),
  ),
  on(
    'futimens of a directory, and of what is no file',
    [
      `mkdir 'd 0755`,
      `a=open 'd ${O.RDONLY}`,
      'utimensat $a 0 q:1000,5,2000,6 0',
      `b=memfd_create 'm 0`,
      'utimensat $b 0 0 0',
      'fchmod $b 0600',
    ],
    { kind: 'dir.create', path: 'd', mode: 0o040755, uid: 0, gid: 0 },
    timesSet('d', 1000n * SECOND + 5n, 2000n * SECOND + 6n),
  ),
  on(
    'utimensat before 1970',
    [`utimensat ${AT.FDCWD} 'f q:-10,5,-2000,6 0`],
    timesSet('f', -10n * SECOND + 5n, -2000n * SECOND + 6n),
  ),
  on(
    'utimensat UTIME_OMIT and UTIME_NOW',
    [
      `utimensat ${AT.FDCWD} 'f q:0,${UTIME.OMIT},2000,6 0`,
      `utimensat ${AT.FDCWD} 'f q:1000,5,0,${UTIME.OMIT} 0`,
      `utimensat ${AT.FDCWD} 'f q:0,${UTIME.NOW},0,${UTIME.NOW} 0`,
      `utimensat ${AT.FDCWD} 'f q:0,${UTIME.OMIT},0,${UTIME.OMIT} 0`,
    ],
    timesSet('f', null, 2000n * SECOND + 6n),
    timesSet('f', 1000n * SECOND + 5n, null),
    timesSet('f', null, null, true),
  ),
  on(
    'times of a FIFO, which a write into it moves without an event',
    [`mknod 'p 010600 0`, `utimensat ${AT.FDCWD} 'p q:1000,5,2000,6 0`, `a=open 'p ${O.RDWR}`, 'write $a b:5:1 5'],
    madeNode('p', 0o010600),
    timesSet('p', 1000n * SECOND + 5n, 2000n * SECOND + 6n),
  ),
  on('utimensat that fails', [`!utimensat ${AT.FDCWD} 'missing 0 0`]),
];
