import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  created,
  ended,
  type Expected,
  exchanged,
  linked,
  madeDir,
  madeNode,
  modeSet,
  type OperationCase,
  pattern,
  renamed,
  truncated,
  unlinked,
  wrote,
} from './case.js';
import { AT, FALLOC, O, RENAME, SEEK } from './constants.js';
import { fallocateModes } from './fallocate-modes.js';

const NEW = O.WRONLY | O.CREAT | O.TRUNC;
const source = pattern(10_000, 1);
const old = pattern(20_000, 2);
/** A source s and an old file f; slots a and b. */
export const copying = (folder: string) => {
  writeFileSync(join(folder, 's'), source);
  writeFileSync(join(folder, 'f'), old);
};
const open = [`a=open 's ${O.RDONLY}`, `b=open 'f ${O.RDWR}`];
const copied = (offset: number, length: number, fromOffset: number): Expected => ({
  kind: 'file.copy',
  path: 'f',
  offset,
  length,
  from: 's',
  fromOffset,
});

export const COPYING: readonly OperationCase[] = [
  {
    name: 'sendfile, from an offset and from the position',
    before: copying,
    calls: [
      ...open,
      'sendfile $b $a q:100 500',
      'sendfile $b $a 0 300',
      `lseek $b 0 ${SEEK.END}`,
      'sendfile $b $a 0 99999',
    ],
    events: [copied(0, 500, 100), copied(500, 300, 0), copied(20_000, 9700, 300), ended()],
  },
  {
    name: 'copy_file_range, with offsets and with positions',
    before: copying,
    calls: [
      ...open,
      'copy_file_range $a q:4096 $b q:50 1000 0',
      'copy_file_range $a 0 $b 0 200 0',
      'copy_file_range $a 0 $b 0 10 0',
    ],
    events: [copied(50, 1000, 4096), copied(0, 200, 0), copied(200, 10, 200), ended()],
  },
  {
    name: 'copies of nothing',
    before: copying,
    calls: [...open, 'sendfile $b $a q:10000 5', 'copy_file_range $a q:10000 $b q:0 5 0', '!sendfile $a $b 0 5'],
    events: [ended()],
  },
  {
    name: 'a copy of what was written before',
    before: copying,
    calls: [
      `a=open 'n ${O.RDWR | O.CREAT} 0644`,
      'write $a b:300:7 300',
      `b=open 'f ${O.RDWR}`,
      'copy_file_range $a q:0 $b q:0 300 0',
      `unlink 'n`,
    ],
    events: [created('n'), wrote('n', 0, pattern(300, 7)), { ...copied(0, 300, 0), from: 'n' }, unlinked('n'), ended()],
  },
];

export const allocated = (mode: number, offset: number, length: number): Expected => ({
  kind: 'file.allocate',
  path: 'f',
  mode,
  offset,
  length,
});
const { KEEP_SIZE, PUNCH_HOLE, COLLAPSE_RANGE, ZERO_RANGE, INSERT_RANGE } = FALLOC;
const MODES: [name: string, mode: number, offset: number, length: number][] = [
  ['', 0, 10_000, 30_000],
  [' KEEP_SIZE', KEEP_SIZE, 10_000, 30_000],
  [' PUNCH_HOLE', PUNCH_HOLE | KEEP_SIZE, 5000, 9000],
  [' PUNCH_HOLE over the end', PUNCH_HOLE | KEEP_SIZE, 15_000, 50_000],
  [' ZERO_RANGE', ZERO_RANGE, 15_000, 50_000],
  [' ZERO_RANGE KEEP_SIZE', ZERO_RANGE | KEEP_SIZE, 15_000, 50_000],
  [' COLLAPSE_RANGE', COLLAPSE_RANGE, 4096, 8192],
  [' INSERT_RANGE', INSERT_RANGE, 4096, 8192],
];
/** What the filesystem of the temporary folder can: tmpfs has neither zeroing, collapsing nor inserting. */
export const can = fallocateModes();

export const ALLOCATING: readonly OperationCase[] = [
  ...MODES.map(([name, mode, offset, length]) => ({
    name: `fallocate${name}`,
    before: copying,
    calls: [
      `b=open 'f ${O.RDWR}`,
      `${can(mode) ? '' : '!'}fallocate $b ${mode} ${offset} ${length}`,
      'write $b b:5:1 5',
    ],
    events: [...(can(mode) ? [allocated(mode, offset, length)] : []), wrote('f', 0, pattern(5, 1)), ended()],
  })),
  {
    name: 'fallocate that fails',
    before: copying,
    calls: [`b=open 'f ${O.RDWR}`, `!fallocate $b ${COLLAPSE_RANGE} 1 2`, `!fallocate $b ${PUNCH_HOLE} 0 5`],
    events: [ended()],
  },
];

const tmp = `a=open '. ${O.TMPFILE | O.RDWR} 0640`;
const folders = (folder: string) => {
  for (const name of ['d', 'e']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'd', 'f'), 'f');
  writeFileSync(join(folder, 'g'), 'g');
};

export const NAMELESS: readonly OperationCase[] = [
  {
    name: 'O_TMPFILE',
    calls: [tmp, 'write $a b:9:1 9'],
    events: [created('', 0o640), wrote('', 0, pattern(9, 1)), ended()],
  },
  {
    name: 'O_TMPFILE, then linkat AT_EMPTY_PATH',
    calls: [tmp, 'write $a b:9:1 9', `linkat $a ' ${AT.FDCWD} 'f ${AT.EMPTY_PATH}`, 'write $a b:9:2 9'],
    events: [created('', 0o640), wrote('', 0, pattern(9, 1)), linked('', 'f'), wrote('f', 9, pattern(9, 2)), ended()],
  },
  {
    name: 'O_TMPFILE, then linkat of /proc/self/fd',
    calls: [tmp, 'dup2 $a 77', `linkat ${AT.FDCWD} '/proc/self/fd/77 ${AT.FDCWD} 'f ${AT.SYMLINK_FOLLOW}`],
    events: [created('', 0o640), linked('', 'f'), ended()],
  },
  {
    name: 'renameat2 RENAME_WHITEOUT',
    before: folders,
    calls: [`renameat2 ${AT.FDCWD} 'g ${AT.FDCWD} 'h ${RENAME.WHITEOUT}`],
    events: [renamed('g', 'h'), madeNode('g', 0o020000), ended()],
  },
  {
    name: 'renameat2 RENAME_EXCHANGE of two directories, working below one of them',
    before: folders,
    calls: [
      "chdir 'd",
      `renameat2 ${AT.FDCWD} '../d ${AT.FDCWD} '../e ${RENAME.EXCHANGE}`,
      `a=open 'f ${O.WRONLY}`,
      'write $a b:1:1 1',
    ],
    events: [exchanged('d', 'e'), wrote('e/f', 0, pattern(1, 1)), ended()],
  },
  {
    name: 'chroot',
    before: folders,
    calls: [
      "chroot 'd",
      "chdir '/",
      `a=open '/n ${NEW} 0644`,
      'write $a b:2:1 2',
      "rename '/f '/../g",
      "mkdir 'm 0755",
    ],
    events: [created('d/n'), wrote('d/n', 0, pattern(2, 1)), renamed('d/f', 'd/g'), madeDir('d/m'), ended()],
  },
  {
    name: 'chroot: relative paths do not leave it, and symbolic links stay inside',
    before: (folder) => {
      folders(folder);
      mkdirSync(join(folder, 'd/s'));
      symlinkSync('/f', join(folder, 'd/s/abs'));
      writeFileSync(join(folder, 'f'), 'another');
    },
    calls: [
      "chroot 'd",
      "chdir '/",
      "mkdir '../x 0755",
      "mkdir '../../s/../../y 0755",
      "truncate 's/abs 1",
      "chdir 's",
      "mkdir '../../z 0755",
      "truncate 'abs 0",
      "chmod '../../../s/abs 0600",
    ],
    events: [
      madeDir('d/x'),
      madeDir('d/y'),
      truncated('d/f', 1),
      madeDir('d/z'),
      truncated('d/f', 0),
      modeSet('d/f', 0o600),
      ended(),
    ],
  },
  {
    name: 'hard links from before, one of them outside what is named',
    before: (folder) => {
      writeFileSync(join(folder, 'f'), 'some bytes');
      linkSync(join(folder, 'f'), join(folder, 'g'));
    },
    calls: ["truncate 'g 4", "chmod 'f 0600", "unlink 'f", `a=open 'g ${O.WRONLY | O.APPEND}`, 'write $a b:3:1 3'],
    events: [truncated('g', 4), modeSet('f', 0o600), unlinked('f'), wrote('g', 4, pattern(3, 1)), ended()],
  },
];

const ACL_ACCESS = 'system.posix_acl_access';
const ACL_DEFAULT = 'system.posix_acl_default';
type AclEntry = readonly [tag: number, permissions: number, id?: number];
/** As linux/posix_acl_xattr.h has it. */
function aclBytes(...entries: readonly AclEntry[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * entries.length);
  bytes.writeUInt32LE(2, 0);
  for (const [i, [tag, permissions, id = 0xffffffff]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + 8 * i);
    bytes.writeUInt16LE(permissions, 6 + 8 * i);
    bytes.writeUInt32LE(id, 8 + 8 * i);
  }
  return bytes;
}
/** The same for calls.c. */
function acl(...entries: readonly AclEntry[]): string {
  const bytes = Buffer.concat([aclBytes(...entries), Buffer.alloc(4)]);
  return `q:${Array.from({ length: bytes.length >> 3 }, (_, i) => bytes.readBigInt64LE(8 * i)).join(',')}`;
}
export const xattr = (path: string, name: string, value: string | Buffer | null): Expected => ({
  kind: 'meta.xattr',
  path,
  name,
  value: value === null ? null : Buffer.from(value).toString('base64'),
});
export const withLink = (folder: string) => {
  writeFileSync(join(folder, 'f'), 'f');
  symlinkSync('f', join(folder, 'l'));
};

export const ATTRIBUTES: readonly OperationCase[] = [
  {
    name: 'setxattr, replaced, and removexattr',
    before: withLink,
    calls: [
      "setxattr 'f 'user.a 'one 3 0",
      "setxattr 'l 'user.a 'two 3 2",
      "setxattr 'f 'user.b ' 0 0",
      "removexattr 'l 'user.a",
    ],
    events: [
      xattr('f', 'user.a', 'one'),
      xattr('f', 'user.a', 'two'),
      xattr('f', 'user.b', ''),
      xattr('f', 'user.a', null),
      ended(),
    ],
  },
  {
    name: 'lsetxattr and lremovexattr',
    before: withLink,
    calls: ["lsetxattr 'l 'trusted.a 'one 3 0", "lsetxattr 'f 'user.a 'two 3 0", "lremovexattr 'l 'trusted.a"],
    events: [xattr('l', 'trusted.a', 'one'), xattr('f', 'user.a', 'two'), xattr('l', 'trusted.a', null), ended()],
  },
  {
    name: 'fsetxattr and fremovexattr',
    before: withLink,
    calls: [
      `a=open 'f ${O.RDWR}`,
      "fsetxattr $a 'user.a 'one 3 0",
      "fsetxattr $a 'user.b 'x 1 0",
      "fremovexattr $a 'user.a",
    ],
    events: [xattr('f', 'user.a', 'one'), xattr('f', 'user.b', 'x'), xattr('f', 'user.a', null), ended()],
  },
  {
    name: 'capabilities, which a write takes from the file',
    before: withLink,
    calls: [
      // version 2 and effective, CAP_NET_RAW permitted; 20 of the 24 bytes
      "setxattr 'f 'security.capability q:35184405643265,0,0 20 0",
      `a=open 'f ${O.RDWR}`,
      'write $a b:1:1 1',
    ],
    events: [
      xattr('f', 'security.capability', `\x01\0\0\x02\0\x20${'\0'.repeat(14)}`),
      wrote('f', 0, pattern(1, 1), { also: { mode: null, xattrs: { 'security.capability': null } } }),
      ended(),
    ],
  },
  {
    name: 'access control lists and the mode go together, one event a call',
    before: withLink,
    calls: [
      `setxattr 'f '${ACL_ACCESS} ${acl([1, 6], [2, 4, 7], [4, 4], [16, 6], [32, 0])} 44 0`,
      "chmod 'f 0751",
      `setxattr 'f '${ACL_ACCESS} ${acl([1, 6], [4, 4], [32, 4])} 28 0`,
      "mkdir 'd 0755",
      `setxattr 'd '${ACL_DEFAULT} ${acl([1, 7], [4, 5], [32, 0])} 28 0`,
      "mkdir 'd/e 0777",
    ],
    events: [
      {
        ...xattr('f', ACL_ACCESS, aclBytes([1, 6], [2, 4, 7], [4, 4], [16, 6], [32, 0])),
        also: { mode: 0o660, xattrs: {} },
      },
      {
        ...modeSet('f', 0o751),
        also: {
          mode: null,
          xattrs: { [ACL_ACCESS]: aclBytes([1, 7], [2, 4, 7], [4, 4], [16, 5], [32, 1]).toString('base64') },
        },
      },
      { ...modeSet('f', 0o644), also: { mode: null, xattrs: { [ACL_ACCESS]: null } } },
      madeDir('d'),
      xattr('d', ACL_DEFAULT, aclBytes([1, 7], [4, 5], [32, 0])),
      {
        ...madeDir('d/e', 0o750),
        also: { mode: null, xattrs: { [ACL_DEFAULT]: aclBytes([1, 7], [4, 5], [32, 0]).toString('base64') } },
      },
      ended(),
    ],
  },
  {
    name: 'attributes that cannot be set',
    before: withLink,
    calls: [
      "!setxattr 'missing 'user.a 'one 3 0",
      "!setxattr 'f 'user.a 'one 3 2",
      "!removexattr 'f 'user.a",
      "!lsetxattr 'l 'user.a 'x 1 0",
    ],
    events: [ended()],
  },
];

const synced = (path: string, dataOnly: boolean): Expected => ({ kind: 'sync.file', path, dataOnly });

export const SYNCING: readonly OperationCase[] = [
  {
    name: 'fsync, fdatasync, sync_file_range, sync, syncfs',
    calls: [
      `a=open 'f ${NEW} 0644`,
      'write $a b:2:1 2',
      'fsync $a',
      'fdatasync $a',
      'sync_file_range $a 0 4096 7',
      'sync_file_range $a 0 4096 0',
      'sync',
      'syncfs $a',
    ],
    events: [
      created('f'),
      wrote('f', 0, pattern(2, 1)),
      synced('f', false),
      synced('f', true),
      synced('f', true),
      { kind: 'sync.all', path: '' },
      { kind: 'sync.all', path: '' },
      ended(),
    ],
  },
  {
    name: 'io_uring and aio are answered with ENOSYS',
    calls: ['!io_uring_setup 8 q:0,0,0,0,0,0,0,0,0,0,0,0,0,0,0', '!io_setup 8 q:0'],
    events: [ended()],
  },
];
