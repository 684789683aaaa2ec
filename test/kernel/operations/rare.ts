import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { isLinux } from '../../support/machine.js';
import { ended, type Expected, type OperationCase, pattern, truncated, wrote } from './case.js';
import { AT, FALLOC, O } from './constants.js';
import { allocated, can, copying, withLink, xattr } from './more.js';

const { KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE } = FALLOC;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_IOC_FSSETXATTR = 0x401c5820;
const NODUMP = 0x40;
const NOATIME = 0x80;
const KNOWN = { ofFile: 0x1008f8, byXflags: 0xf8 };
const flags = (path: string, set: number, mask: number, project: number | null = null): Expected => ({
  kind: 'meta.flags',
  path,
  flags: set,
  mask,
  project,
});

/** Of Linux 6.13, and 6.17. */
const [HAS_XATTRAT, HAS_FILE_SETATTR] = [isLinux(6, 13), isLinux(6, 17)];
const where = (there: boolean, calls: string[]) => (there ? calls : []);

export const XATTRAT: readonly OperationCase[] = [
  {
    name: 'setxattrat and removexattrat, by a path, a link, and a descriptor',
    before: withLink,
    calls: where(HAS_XATTRAT, [
      `setxattrat ${AT.FDCWD} 'l 0 'user.a x:one 16`,
      `setxattrat ${AT.FDCWD} 'l ${AT.SYMLINK_NOFOLLOW} 'trusted.a x:two 16`,
      `a=open 'f ${O.RDONLY}`,
      `setxattrat $a ' ${AT.EMPTY_PATH} 'user.b x: 16`,
      `removexattrat ${AT.FDCWD} 'f 0 'user.a`,
      `removexattrat ${AT.FDCWD} 'l ${AT.SYMLINK_NOFOLLOW} 'trusted.a`,
    ]),
    events: [
      ...(HAS_XATTRAT
        ? [
            xattr('f', 'user.a', 'one'),
            xattr('l', 'trusted.a', 'two'),
            xattr('f', 'user.b', ''),
            xattr('f', 'user.a', null),
            xattr('l', 'trusted.a', null),
          ]
        : []),
      ended(),
    ],
  },
];

/** The calls do not repeat ext4's own flag of extents, as chattr does. It then changes the file's form, and refuses while blocks are not written. */
function writtenOut(file: string): void {
  const fd = openSync(file, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

export const FLAGS: readonly OperationCase[] = [
  {
    name: 'FS_IOC_SETFLAGS, of a file and a directory',
    before: (folder) => {
      withLink(folder);
      writtenOut(join(folder, 'f'));
      mkdirSync(join(folder, 'd'));
    },
    calls: [
      `a=open 'f ${O.RDONLY}`,
      `ioctl $a ${FS_IOC_SETFLAGS} w:${NODUMP}`,
      `ioctl $a ${FS_IOC_SETFLAGS} w:${NOATIME}`,
      `a=open 'd ${O.RDONLY}`,
      `ioctl $a ${FS_IOC_SETFLAGS} w:${NODUMP}`,
    ],
    events: [
      flags('f', NODUMP, KNOWN.ofFile),
      flags('f', NOATIME, KNOWN.ofFile),
      flags('d', NODUMP, KNOWN.ofFile | 0x20010000),
      ended(),
    ],
  },
  {
    name: 'FS_IOC_FSSETXATTR',
    before: withLink,
    calls: [`a=open 'f ${O.RDONLY}`, `ioctl $a ${FS_IOC_FSSETXATTR} w:0x80,0,0,0,0,0,0`],
    events: [flags('f', NODUMP, KNOWN.byXflags, 0), ended()],
  },
  {
    name: 'file_setattr, by a path and by a descriptor',
    before: withLink,
    calls: where(HAS_FILE_SETATTR, [
      `file_setattr ${AT.FDCWD} 'l q:0x80,0,0 24 0`,
      `a=open 'f ${O.RDONLY}`,
      `file_setattr $a ' q:0x40,0,0 24 ${AT.EMPTY_PATH}`,
    ]),
    events: [
      ...(HAS_FILE_SETATTR ? [flags('f', NODUMP, KNOWN.byXflags, 0), flags('f', NOATIME, KNOWN.byXflags, 0)] : []),
      ended(),
    ],
  },
  {
    name: 'flags that cannot be set, and commands that only look',
    before: withLink,
    calls: [
      `a=open 'f ${O.RDONLY}`,
      'ioctl $a 0x80086601 q:0',
      'ioctl $a 2 q:0',
      `!ioctl $a ${FS_IOC_SETFLAGS} bad`,
      '!ioctl $a 0x5401 q:0',
      '!ioctl $a 0x12345678 q:0',
    ],
    events: [ended()],
  },
];

const FS_IOC_RESVSP64 = 0x4030582a;
const FS_IOC_UNRESVSP64 = 0x4030582b;
const FS_IOC_ZERO_RANGE = 0x40305839;
const space = (offset: number, length: number) => `q:0,${offset},${length},0,0,0`;

export const RESERVING: readonly OperationCase[] = [
  {
    name: 'FS_IOC_RESVSP64, UNRESVSP64 and ZERO_RANGE are fallocate',
    before: copying,
    calls: [
      `b=open 'f ${O.RDWR}`,
      `ioctl $b ${FS_IOC_RESVSP64} ${space(10_000, 30_000)}`,
      `ioctl $b ${FS_IOC_UNRESVSP64} ${space(5000, 9000)}`,
      ...where(can(ZERO_RANGE | KEEP_SIZE), [`ioctl $b ${FS_IOC_ZERO_RANGE} ${space(1000, 100)}`]),
    ],
    events: [
      allocated(KEEP_SIZE, 10_000, 30_000),
      allocated(PUNCH_HOLE | KEEP_SIZE, 5000, 9000),
      ...(can(ZERO_RANGE | KEEP_SIZE) ? [allocated(ZERO_RANGE | KEEP_SIZE, 1000, 100)] : []),
      ended(),
    ],
  },
  {
    name: 'madvise MADV_REMOVE of a part of a shared mapping',
    before: copying,
    calls: [`b=open 'f ${O.RDWR}`, 'c=mmap 0 20000 3 1 $b 4096', 'madvise $c 4096 9', 'madvise $c 4096 4'],
    events: [allocated(PUNCH_HOLE | KEEP_SIZE, 4096, 4096), ended()],
  },
];

export const HANDLES: readonly OperationCase[] = [
  {
    name: 'open_by_handle_at O_TRUNC of a file from before, and a write to it',
    before: copying,
    calls: [
      `name_to_handle_at ${AT.FDCWD} 'f h: q:0 0`,
      `a=open_by_handle_at ${AT.FDCWD} h: ${O.WRONLY | O.TRUNC}`,
      'write $a b:5:1 5',
    ],
    events: [truncated('f', 0), wrote('f', 0, pattern(5, 1)), ended()],
  },
  {
    name: 'open_by_handle_at without O_TRUNC',
    before: copying,
    calls: [
      `name_to_handle_at ${AT.FDCWD} 'f h: q:0 0`,
      `a=open_by_handle_at ${AT.FDCWD} h: ${O.WRONLY}`,
      'write $a b:5:1 5',
    ],
    events: [wrote('f', 0, pattern(5, 1)), ended()],
  },
];
