import { writeFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { created, ended, type OperationCase, pattern, truncated, wrote } from './case.js';
import { AT, O, RWF, SEEK } from './constants.js';

const old = Buffer.from('what stood here before\n');
const withOld = (folder: string) => writeFileSync(join(folder, 'f'), old);
const NEW = O.WRONLY | O.CREAT | O.TRUNC;

/** A new file `f` in slot a, then the lines. */
const onNew = (...lines: string[]) => [`a=open 'f ${NEW} 0644`, ...lines];
const SIZES = [1, 64, 4096, 32_767, 32_768, 32_769, 2 ** 20 + 1, 9 * 2 ** 20];

export const OPENING: readonly OperationCase[] = [
  { name: 'open O_CREAT', calls: [`open 'f ${O.WRONLY | O.CREAT} 0640`], events: [created('f', 0o640), ended()] },
  {
    name: 'open O_CREAT for reading only',
    calls: [`open 'f ${O.RDONLY | O.CREAT} 0600`],
    events: [created('f', 0o600), ended()],
  },
  {
    name: 'open O_CREAT of what is there',
    before: withOld,
    calls: [`open 'f ${O.WRONLY | O.CREAT} 0640`],
    events: [ended()],
  },
  {
    name: 'open O_CREAT|O_EXCL of what is there',
    before: withOld,
    calls: [`!open 'f ${O.WRONLY | O.CREAT | O.EXCL} 0640`],
    events: [ended()],
  },
  { name: 'open for reading and writing', before: withOld, calls: [`open 'f ${O.RDWR}`], events: [ended()] },
  {
    name: 'open O_TRUNC',
    before: withOld,
    calls: [`open 'f ${O.WRONLY | O.TRUNC}`],
    events: [truncated('f', 0), ended()],
  },
  {
    name: 'open O_TRUNC for reading only',
    before: withOld,
    calls: [`open 'f ${O.RDONLY | O.TRUNC}`],
    events: [truncated('f', 0), ended()],
  },
  { name: 'open O_CREAT|O_TRUNC', calls: [`open 'f ${NEW} 0666`], events: [created('f', 0o644), ended()] },
  {
    name: 'open O_CREAT|O_TRUNC of what is there',
    before: withOld,
    calls: [`open 'f ${NEW} 0666`],
    events: [truncated('f', 0), ended()],
  },
  { name: 'creat', calls: [`creat 'f 0755`], events: [created('f', 0o755), ended()] },
  { name: 'creat of what is there', before: withOld, calls: [`creat 'f 0755`], events: [truncated('f', 0), ended()] },
  { name: 'openat', calls: [`openat ${AT.FDCWD} 'f ${NEW} 0600`], events: [created('f', 0o600), ended()] },
  {
    name: 'openat from a directory descriptor',
    before: (folder) => writeFileSync(join(folder, 'here'), ''),
    calls: [`mkdir 'd 0755`, `a=open 'd ${O.RDONLY | O.DIRECTORY}`, `b=openat $a 'f ${NEW} 0600`, 'write $b b:5:1 5'],
    events: [
      { kind: 'dir.create', path: 'd', mode: 0o040755, uid: 0, gid: 0 },
      created('d/f', 0o600),
      wrote('d/f', 0, pattern(5, 1)),
      ended(),
    ],
  },
  {
    name: 'openat2',
    calls: [`openat2 ${AT.FDCWD} 'f q:${NEW},0x1a4,0 24`, `openat2 ${AT.FDCWD} 'f q:${O.WRONLY | O.TRUNC},0,0 24`],
    events: [created('f', 0o644), truncated('f', 0), ended()],
  },
  { name: 'umask', calls: ['umask 0077', `open 'f ${NEW} 0666`], events: [created('f', 0o600), ended()] },
  { name: 'a set-user-id mode', calls: ['umask 0', `open 'f ${NEW} 06755`], events: [created('f', 0o6755), ended()] },
  {
    name: 'open through a dangling symbolic link',
    before: (folder) => symlinkSync('there', join(folder, 'l')),
    calls: [`a=open 'l ${NEW} 0644`, 'write $a b:9:1 9'],
    events: [created('there'), wrote('there', 0, pattern(9, 1)), ended()],
  },
  { name: 'open that fails', calls: [`!open 'missing ${O.RDWR}`, `!open 'no/f ${NEW} 0644`], events: [ended()] },
];

export const WRITING: readonly OperationCase[] = [
  { name: 'write of 0 bytes', calls: onNew('write $a b:0:1 0'), events: [created('f'), ended()] },
  ...SIZES.map((size) => ({
    name: `write of ${size} bytes`,
    calls: onNew(`write $a b:${size}:3 ${size}`),
    events: [created('f'), wrote('f', 0, pattern(size, 3)), ended()],
  })),
  ...SIZES.map((size) => ({
    name: `pwrite64 of ${size} bytes into an old file`,
    before: withOld,
    calls: [`a=open 'f ${O.WRONLY}`, `pwrite64 $a b:${size}:4 ${size} 5`],
    events: [wrote('f', 5, pattern(size, 4)), ended()],
  })),
  {
    name: 'writes that follow each other',
    calls: onNew('write $a b:10:1 10', 'write $a b:20:2 20', 'write $a b:1:3 1'),
    events: [
      created('f'),
      wrote('f', 0, pattern(10, 1)),
      wrote('f', 10, pattern(20, 2)),
      wrote('f', 30, pattern(1, 3)),
      ended(),
    ],
  },
  {
    name: 'lseek, then write: overwriting, and behind the end',
    before: withOld,
    calls: [
      `a=open 'f ${O.RDWR}`,
      `lseek $a 3 ${SEEK.SET}`,
      'write $a b:4:1 4',
      `lseek $a 5000 ${SEEK.END}`,
      'write $a b:4:2 4',
    ],
    events: [wrote('f', 3, pattern(4, 1)), wrote('f', old.length + 5000, pattern(4, 2)), ended()],
  },
  {
    name: 'O_APPEND',
    before: withOld,
    calls: [`a=open 'f ${O.WRONLY | O.APPEND}`, 'write $a b:8:1 8', `lseek $a 0 ${SEEK.SET}`, 'write $a b:8:2 8'],
    events: [wrote('f', old.length, pattern(8, 1)), wrote('f', old.length + 8, pattern(8, 2)), ended()],
  },
  {
    name: 'O_APPEND after the file was cut',
    before: withOld,
    calls: [`a=open 'f ${O.WRONLY | O.APPEND}`, `truncate 'f 4`, 'write $a b:8:1 8'],
    events: [truncated('f', 4), wrote('f', 4, pattern(8, 1)), ended()],
  },
  {
    name: 'a position behind the end after the file was cut',
    calls: onNew('write $a b:100:1 100', 'ftruncate $a 10', 'write $a b:5:2 5'),
    events: [created('f'), wrote('f', 0, pattern(100, 1)), truncated('f', 10), wrote('f', 100, pattern(5, 2)), ended()],
  },
  {
    name: 'pwrite64 on an O_APPEND descriptor appends',
    before: withOld,
    calls: [`a=open 'f ${O.WRONLY | O.APPEND}`, 'pwrite64 $a b:8:1 8 2'],
    events: [wrote('f', old.length, pattern(8, 1)), ended()],
  },
  {
    name: 'duplicated descriptors share the position',
    calls: onNew('b=dup $a', 'write $a b:8:1 8', 'write $b b:8:2 8', 'dup2 $a 77', 'write 77 b:8:3 8'),
    events: [
      created('f'),
      wrote('f', 0, pattern(8, 1)),
      wrote('f', 8, pattern(8, 2)),
      wrote('f', 16, pattern(8, 3)),
      ended(),
    ],
  },
  {
    name: 'two open descriptions have positions of their own',
    calls: onNew(`b=open 'f ${O.WRONLY}`, 'write $a b:8:1 8', 'write $b b:3:2 3', 'write $a b:2:3 2'),
    events: [
      created('f'),
      wrote('f', 0, pattern(8, 1)),
      wrote('f', 0, pattern(3, 2)),
      wrote('f', 8, pattern(2, 3)),
      ended(),
    ],
  },
  {
    name: 'writev',
    calls: onNew('writev $a v:10,0,4096,1:5 4'),
    events: [created('f'), wrote('f', 0, pattern(4107, 5)), ended()],
  },
  {
    name: 'writev of 1024 parts',
    calls: onNew(`writev $a v:${Array.from({ length: 1024 }, (_, i) => (i % 50) + 1).join(',')}:6 1024`),
    events: [created('f'), wrote('f', 0, pattern(iovBytes(1024), 6)), ended()],
  },
  {
    name: 'writev of parts larger than a record',
    calls: onNew('writev $a v:40000,70000,1000000:7 3'),
    events: [created('f'), wrote('f', 0, pattern(1_110_000, 7)), ended()],
  },
  {
    name: 'pwritev',
    before: withOld,
    calls: [`a=open 'f ${O.WRONLY}`, 'pwritev $a v:3,4:8 2 7 0'],
    events: [wrote('f', 7, pattern(7, 8)), ended()],
  },
  {
    name: 'pwritev2 at an offset, at the position, appending',
    before: withOld,
    calls: [
      `a=open 'f ${O.WRONLY}`,
      'pwritev2 $a v:3,4:8 2 7 0 0',
      'pwritev2 $a v:2,2:9 2 -1 -1 0',
      `pwritev2 $a v:5:10 1 0 0 ${RWF.APPEND}`,
      'write $a b:1:11 1',
    ],
    events: [
      wrote('f', 7, pattern(7, 8)),
      wrote('f', 0, pattern(4, 9)),
      wrote('f', old.length, pattern(5, 10)),
      wrote('f', 4, pattern(1, 11)),
      ended(),
    ],
  },
  {
    name: 'pwritev2 RWF_NOAPPEND on an O_APPEND descriptor',
    before: withOld,
    calls: [`a=open 'f ${O.WRONLY | O.APPEND}`, `pwritev2 $a v:5:10 1 2 0 ${RWF.NOAPPEND}`],
    events: [wrote('f', 2, pattern(5, 10)), ended()],
  },
  {
    name: 'writes that fail',
    before: withOld,
    calls: [
      `a=open 'f ${O.RDONLY}`,
      '!write $a b:5:1 5',
      `b=open 'f ${O.WRONLY}`,
      '!write $b bad 5',
      '!write 99 b:5:1 5',
    ],
    events: [ended()],
  },
  {
    name: 'a file without a name is still written to',
    calls: onNew(`unlink 'f`, 'write $a b:8:1 8', 'ftruncate $a 3'),
    events: [
      created('f'),
      { kind: 'path.unlink', path: 'f' },
      wrote('f', 0, pattern(8, 1)),
      truncated('f', 3),
      ended(),
    ],
  },
  {
    name: 'an old file without a name is still written to',
    before: withOld,
    calls: [`a=open 'f ${O.RDWR}`, `unlink 'f`, 'write $a b:8:1 8', `b=open 'f ${NEW} 0644`, 'write $b b:4:2 4'],
    events: [
      { kind: 'path.unlink', path: 'f' },
      wrote('f', 0, pattern(8, 1)),
      created('f'),
      wrote('f', 0, pattern(4, 2)),
      ended(),
    ],
  },
  {
    name: 'writing to what is no file',
    calls: [
      `a=open '/dev/null ${O.WRONLY}`,
      'write $a b:8:1 8',
      `b=open '/proc/self/comm ${O.WRONLY}`,
      "write $b 'calls 5",
      'pipe2 w:0,0 0',
      "c=memfd_create 'm 0",
      'write $c b:8:1 8',
    ],
    events: [ended()],
  },
];

function iovBytes(parts: number): number {
  let total = 0;
  for (let i = 0; i < parts; i++) total += (i % 50) + 1;
  return total;
}

export const CUTTING: readonly OperationCase[] = [
  ...['truncate', 'ftruncate'].flatMap((call) => {
    const target = call === 'truncate' ? "'f" : '$a';
    const opening = call === 'truncate' ? [] : [`a=open 'f ${O.RDWR}`];
    return [0, 5, old.length, 100, 50_000_000].map((size) => ({
      name: `${call} to ${size}`,
      before: withOld,
      calls: [...opening, `${call} ${target} ${size}`],
      events: [truncated('f', size), ended()],
    }));
  }),
  {
    name: 'truncate through a symbolic link',
    before: (folder) => {
      withOld(folder);
      symlinkSync('f', join(folder, 'l'));
    },
    calls: [`truncate 'l 3`],
    events: [truncated('f', 3), ended()],
  },
  { name: 'truncate that fails', calls: [`!truncate 'missing 3`], events: [ended()] },
];
