import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBytes, toBytes } from '../../../src/events/byte-string.js';
import {
  created,
  ended,
  exchanged,
  linked,
  madeDir,
  madeNode,
  type OperationCase,
  pattern,
  removedDir,
  renamed,
  symlinked,
  text,
  unlinked,
  wrote,
} from './case.js';
import { AT, O, RENAME } from './constants.js';

/** Empty files and directories (ending in a slash). */
const tree =
  (...paths: string[]) =>
  (folder: string) => {
    for (const path of paths) {
      if (path.endsWith('/')) mkdirSync(join(folder, path), { recursive: true });
      else writeFileSync(join(folder, path), path);
    }
  };
const NEW = O.WRONLY | O.CREAT | O.TRUNC;
const dirIn = (slot: string, path: string) => `${slot}=open ${text(path)} ${O.RDONLY | O.DIRECTORY}`;

export const FOLDERS: readonly OperationCase[] = [
  { name: 'mkdir', calls: [`mkdir 'd 0755`], events: [madeDir('d'), ended()] },
  { name: 'mkdir with a trailing slash', calls: [`mkdir 'd// 0700`], events: [madeDir('d', 0o700), ended()] },
  { name: 'mkdir with umask', calls: ['umask 0027', `mkdir 'd 0777`], events: [madeDir('d', 0o750), ended()] },
  {
    name: 'mkdir of a sticky directory; set-id bits are not for mkdir',
    calls: [`mkdir 'd 07755`],
    events: [madeDir('d', 0o1755), ended()],
  },
  {
    name: 'mkdirat',
    before: tree('sub/'),
    calls: [dirIn('a', 'sub'), `mkdirat $a 'd 0755`, `mkdirat ${AT.FDCWD} 'e 0700`],
    events: [madeDir('sub/d'), madeDir('e', 0o700), ended()],
  },
  {
    name: 'a set-group-id directory gives its group',
    before: (folder) => {
      tree('sub/')(folder);
      chmodSync(join(folder, 'sub'), 0o2775);
    },
    calls: [`chown 'sub 0 33`, `chmod 'sub 02775`, `mkdir 'sub/d 0755`, `open 'sub/f ${NEW} 0644`, `symlink 'x 'sub/l`],
    events: [
      { kind: 'meta.owner', path: 'sub', uid: 0, gid: 33 },
      { kind: 'meta.mode', path: 'sub', mode: 0o2775 },
      madeDir('sub/d', 0o2755, { gid: 33 }),
      created('sub/f', 0o644, { gid: 33 }),
      symlinked('sub/l', 'x', { gid: 33 }),
      ended(),
    ],
  },
  { name: 'mkdir that fails', before: tree('d/'), calls: [`!mkdir 'd 0755`, `!mkdir 'a/b 0755`], events: [ended()] },
  { name: 'rmdir', before: tree('d/'), calls: [`rmdir 'd`], events: [removedDir('d'), ended()] },
  {
    name: 'rmdir of a new directory',
    calls: [`mkdir 'd 0755`, `rmdir 'd/`],
    events: [madeDir('d'), removedDir('d'), ended()],
  },
  {
    name: 'unlinkat AT_REMOVEDIR',
    before: tree('sub/d/'),
    calls: [dirIn('a', 'sub'), `unlinkat $a 'd ${AT.REMOVEDIR}`],
    events: [removedDir('sub/d'), ended()],
  },
  { name: 'rmdir that fails', before: tree('d/', 'd/f'), calls: [`!rmdir 'd`, `!rmdir 'd/f`], events: [ended()] },
];

export const UNLINKING: readonly OperationCase[] = [
  { name: 'unlink', before: tree('f'), calls: [`unlink 'f`], events: [unlinked('f'), ended()] },
  {
    name: 'unlinkat',
    before: tree('sub/', 'sub/f', 'f'),
    calls: [dirIn('a', 'sub'), `unlinkat $a 'f 0`, `unlinkat ${AT.FDCWD} 'f 0`],
    events: [unlinked('sub/f'), unlinked('f'), ended()],
  },
  {
    name: 'unlink of a symbolic link',
    before: (folder) => {
      tree('f')(folder);
      symlinkSync('f', join(folder, 'l'));
    },
    calls: [`unlink 'l`],
    events: [unlinked('l'), ended()],
  },
  {
    name: 'unlink of one of two hard links',
    before: (folder) => {
      tree('f')(folder);
      linkSync(join(folder, 'f'), join(folder, 'g'));
    },
    calls: [`unlink 'f`, `a=open 'g ${O.WRONLY}`, 'write $a b:3:1 3'],
    events: [unlinked('f'), wrote('g', 0, pattern(3, 1)), ended()],
  },
  {
    name: 'a name used again and again',
    calls: [1, 2, 3].flatMap((seed) => [`a=open 'f ${NEW} 0644`, `write $a b:9:${seed} 9`, 'close $a', `unlink 'f`]),
    events: [...[1, 2, 3].flatMap((seed) => [created('f'), wrote('f', 0, pattern(9, seed)), unlinked('f')]), ended()],
  },
  { name: 'unlink that fails', before: tree('d/'), calls: [`!unlink 'd`, `!unlink 'missing`], events: [ended()] },
];

export const RENAMING: readonly OperationCase[] = [
  { name: 'rename', before: tree('f'), calls: [`rename 'f 'g`], events: [renamed('f', 'g'), ended()] },
  {
    name: 'rename over a file',
    before: tree('f', 'g'),
    calls: [`rename 'f 'g`],
    events: [renamed('f', 'g', 'g'), ended()],
  },
  {
    name: 'rename of a new file over an old one',
    before: tree('g'),
    calls: [`a=open 'f ${NEW} 0644`, 'write $a b:5:1 5', `rename 'f 'g`, 'write $a b:5:2 5'],
    events: [created('f'), wrote('f', 0, pattern(5, 1)), renamed('f', 'g', 'g'), wrote('g', 5, pattern(5, 2)), ended()],
  },
  {
    name: 'rename of a directory, and what is below it',
    before: tree('d/', 'd/f', 'e/'),
    calls: [`rename 'd 'e/x`, `a=open 'e/x/f ${O.WRONLY}`, 'write $a b:5:1 5', `rename 'e 'y`, 'write $a b:5:2 5'],
    events: [
      renamed('d', 'e/x'),
      wrote('e/x/f', 0, pattern(5, 1)),
      renamed('e', 'y'),
      wrote('y/x/f', 5, pattern(5, 2)),
      ended(),
    ],
  },
  {
    name: 'rename of a directory over an empty one',
    before: tree('d/', 'd/f', 'e/'),
    calls: [`rename 'd 'e`],
    events: [renamed('d', 'e', 'e'), ended()],
  },
  { name: 'rename to the same name', before: tree('f'), calls: [`rename 'f 'f`], events: [ended()] },
  {
    name: 'rename between two names of one file',
    before: (folder) => {
      tree('f')(folder);
      linkSync(join(folder, 'f'), join(folder, 'g'));
    },
    calls: [`rename 'f 'g`],
    events: [ended()],
  },
  {
    name: 'renameat',
    before: tree('a/', 'b/', 'a/f'),
    calls: [dirIn('a', 'a'), dirIn('b', 'b'), `renameat $a 'f $b 'g`],
    events: [renamed('a/f', 'b/g'), ended()],
  },
  {
    name: 'renameat2',
    before: tree('f', 'g'),
    calls: [`renameat2 ${AT.FDCWD} 'f ${AT.FDCWD} 'g 0`, `renameat2 ${AT.FDCWD} 'g ${AT.FDCWD} 'h ${RENAME.NOREPLACE}`],
    events: [renamed('f', 'g', 'g'), renamed('g', 'h'), ended()],
  },
  {
    name: 'renameat2 RENAME_EXCHANGE',
    before: tree('f', 'd/', 'd/g'),
    calls: [`renameat2 ${AT.FDCWD} 'f ${AT.FDCWD} 'd ${RENAME.EXCHANGE}`],
    events: [exchanged('f', 'd'), ended()],
  },
  {
    name: 'renames that fail',
    before: tree('f', 'g', 'd/'),
    calls: [
      `!rename 'missing 'x`,
      `!rename 'f 'd`,
      `!renameat2 ${AT.FDCWD} 'f ${AT.FDCWD} 'g ${RENAME.NOREPLACE}`,
      `!renameat2 ${AT.FDCWD} 'f ${AT.FDCWD} 'x ${RENAME.EXCHANGE}`,
    ],
    events: [ended()],
  },
];

export const LINKING: readonly OperationCase[] = [
  {
    name: 'link, and writing through either name',
    before: tree('f'),
    calls: [`link 'f 'g`, `a=open 'g ${O.WRONLY}`, 'write $a b:4:1 4'],
    events: [linked('f', 'g'), wrote('g', 0, pattern(4, 1)), ended()],
  },
  {
    name: 'linkat',
    before: tree('a/', 'b/', 'a/f'),
    calls: [dirIn('a', 'a'), dirIn('b', 'b'), `linkat $a 'f $b 'g 0`],
    events: [linked('a/f', 'b/g'), ended()],
  },
  {
    name: 'linkat AT_SYMLINK_FOLLOW, and without it',
    before: (folder) => {
      tree('f')(folder);
      symlinkSync('f', join(folder, 'l'));
    },
    calls: [`linkat ${AT.FDCWD} 'l ${AT.FDCWD} 'x ${AT.SYMLINK_FOLLOW}`, `linkat ${AT.FDCWD} 'l ${AT.FDCWD} 'y 0`],
    events: [linked('f', 'x'), linked('l', 'y'), ended()],
  },
  {
    name: 'linkat AT_EMPTY_PATH',
    calls: [`a=open 'f ${NEW} 0644`, `linkat $a ' ${AT.FDCWD} 'g ${AT.EMPTY_PATH}`],
    events: [created('f'), linked('f', 'g'), ended()],
  },
  { name: 'link that fails', before: tree('f', 'd/'), calls: [`!link 'f 'd`, `!link 'd 'x`], events: [ended()] },
  {
    name: 'symlink, dangling and with strange bytes',
    calls: [`symlink 'no/where 'a`, `symlink ${text('..//. /\udcff\u00fc')} 'b`],
    events: [symlinked('a', 'no/where'), symlinked('b', '..//. /\udcff\u00fc'), ended()],
  },
  {
    name: 'symlinkat',
    before: tree('sub/'),
    calls: [dirIn('a', 'sub'), `symlinkat '../x $a 'l`],
    events: [symlinked('sub/l', '../x'), ended()],
  },
  {
    name: 'mknod and mknodat',
    calls: [
      "mknod 'fifo 0010644 0",
      `mknodat ${AT.FDCWD} 'file 0100600 0`,
      `mknodat ${AT.FDCWD} 'plain 0600 0`,
      "mknod 'null 0020666 0x103",
    ],
    events: [
      madeNode('fifo', 0o010644),
      created('file', 0o600),
      created('plain', 0o600),
      madeNode('null', 0o020644, 0x103),
      ended(),
    ],
  },
  {
    name: 'bind of a unix socket',
    calls: ['a=socket 1 1 0', 'bind $a s:sock 110'],
    events: [madeNode('sock', 0o140755), ended()],
  },
];

const latin = fromBytes(Buffer.from('caf\xe9 \xff\x01', 'latin1'));
const long = 'n'.repeat(255);
const umlauts = '\u00fc'.repeat(127);

/** Components of 200 bytes until the path has `length` bytes. */
function deepPath(from: string, length: number): string {
  let path = from;
  while (length - path.length > 202) path += `/${'d'.repeat(200)}`;
  return `${path}/${'e'.repeat(length - path.length - 1)}`;
}

export const PATHS: readonly OperationCase[] = [
  {
    name: 'a name that is not UTF-8',
    calls: [`a=open ${text(latin)} ${NEW} 0644`, 'write $a b:3:1 3', `rename ${text(latin)} ${text(`${latin}2`)}`],
    events: [created(latin), wrote(latin, 0, pattern(3, 1)), renamed(latin, `${latin}2`), ended()],
  },
  {
    name: 'names of 255 bytes',
    calls: [
      `open ${text(long)} ${NEW} 0644`,
      `mkdir ${text(umlauts)} 0755`,
      `open ${text(`${umlauts}/${long}`)} ${NEW} 0644`,
    ],
    events: [created(long), madeDir(umlauts), created(`${umlauts}/${long}`), ended()],
  },
  {
    name: 'a relative path of 4095 bytes',
    before: (folder) => mkdirSync(join(folder, deepPath('.', 3800)), { recursive: true }),
    calls: [
      `a=open ${text(slashed(deepPath('.', 3800), 4095))} ${NEW} 0644`,
      'write $a b:3:1 3',
      `unlink ${text(`${deepPath('.', 3800)}/f`)}`,
    ],
    events: [
      created(`${deepPath('.', 3800).slice(2)}/f`),
      wrote(`${deepPath('.', 3800).slice(2)}/f`, 0, pattern(3, 1)),
      unlinked(`${deepPath('.', 3800).slice(2)}/f`),
      ended(),
    ],
  },
  {
    name: 'dots, double slashes, and a symbolic link in the middle',
    before: (folder) => {
      tree('a/b/', 'c/')(folder);
      symlinkSync('../a/b', join(folder, 'c', 'l'));
    },
    calls: [
      `open './/a/./b/../f ${NEW} 0644`,
      `open 'c/l/../g ${NEW} 0644`,
      `mkdir 'c/l/d/ 0755`,
      `rename 'c/l/d 'c//e`,
      `unlink 'c/l/../g`,
    ],
    events: [created('a/f'), created('a/g'), madeDir('a/b/d'), renamed('a/b/d', 'c/e'), unlinked('a/g'), ended()],
  },
  {
    name: 'chdir and fchdir',
    before: tree('a/b/', 'c/'),
    calls: [
      "chdir 'a/b",
      `open 'f ${NEW} 0644`,
      "mkdir '../d 0755",
      dirIn('a', '../../c'),
      'fchdir $a',
      `open 'f ${NEW} 0644`,
      "rename '../a '../z",
      `open '../z/b/g ${NEW} 0644`,
    ],
    events: [created('a/b/f'), madeDir('a/d'), created('c/f'), renamed('a', 'z'), created('z/b/g'), ended()],
  },
  {
    name: 'a folder that holds the working directory, renamed from outside to a name seen from inside, and exchanged',
    before: tree('a/b/', 'x/b/', 'x/b/old'),
    calls: [
      "chdir 'a/b",
      dirIn('a', '../..'),
      `renameat $a 'a ${AT.FDCWD} '../../z`,
      `open 'f ${NEW} 0644`,
      `renameat2 ${AT.FDCWD} '../../z $a 'x ${RENAME.EXCHANGE}`,
      `open 'g ${NEW} 0644`,
      "unlink '../../z/b/old",
    ],
    events: [renamed('a', 'z'), created('z/b/f'), exchanged('z', 'x'), created('x/b/g'), unlinked('z/b/old'), ended()],
  },
  {
    name: 'a working directory that was renamed',
    before: tree('a/'),
    calls: ["chdir 'a", "rename '../a '../b", `a=open 'f ${NEW} 0644`, 'write $a b:3:1 3'],
    events: [renamed('a', 'b'), created('b/f'), wrote('b/f', 0, pattern(3, 1)), ended()],
  },
];

/** The file f in `folder`, spelled with as many slashes as it takes to be `length` bytes long. */
function slashed(folder: string, length: number): string {
  return `${folder}${'/'.repeat(length - toBytes(folder).length - 1)}f`;
}
