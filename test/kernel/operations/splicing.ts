import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { created, ended, madeNode, type OperationCase, pattern, wrote } from './case.js';
import { O } from './constants.js';

const old = pattern(20_000, 2);

/** Bytes that never were in the program's memory: they are read from the page cache. */
export const SPLICING: readonly OperationCase[] = [
  {
    name: 'splice from a pipe, at the position, at an offset across pages, and past the end',
    before: (folder) => writeFileSync(join(folder, 'f'), old),
    calls: [
      `mknod 'p ${0o010644} 0`,
      `p=open 'p ${O.RDWR}`,
      `b=open 'f ${O.RDWR}`,
      'write $p b:9000:3 9000',
      'splice $p 0 $b 0 500 0',
      'splice $p 0 $b q:4000 8500 0',
      'write $p b:100:4 100',
      'splice $p 0 $b q:300000 500 0',
      'splice $b q:0 $p 0 4096 0',
      'splice $p 0 $b q:8190 4096 0',
    ],
    events: [
      madeNode('p', 0o010644),
      wrote('f', 0, pattern(9000, 3).subarray(0, 500)),
      wrote('f', 4000, pattern(9000, 3).subarray(500)),
      wrote('f', 300_000, pattern(100, 4)),
      wrote(
        'f',
        8190,
        Buffer.concat([
          pattern(9000, 3).subarray(0, 500),
          old.subarray(500, 4000),
          pattern(9000, 3).subarray(500, 596),
        ]),
      ),
      ended(),
    ],
  },
  {
    // Where the kernel has large folios, the write makes one of two pages, whose second one is the last slot of its node.
    name: 'splice from a pipe into a page that shares its folio',
    calls: [
      `mknod 'p ${0o010644} 0`,
      `p=open 'p ${O.RDWR}`,
      `b=open 'n ${O.RDWR | O.CREAT} 0644`,
      `pwrite64 $b b:8192:5 8192 ${62 * 4096}`,
      'write $p b:100:4 100',
      `splice $p 0 $b q:${63 * 4096} 100 0`,
    ],
    events: [
      madeNode('p', 0o010644),
      created('n'),
      wrote('n', 62 * 4096, pattern(8192, 5)),
      wrote('n', 63 * 4096, pattern(100, 4)),
      ended(),
    ],
  },
];
