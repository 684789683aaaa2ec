import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  created,
  ended,
  linked,
  modeSet,
  type OperationCase,
  pattern,
  renamed,
  truncated,
  unlinked,
  wrote,
} from './case.js';
import { O } from './constants.js';

/** f and g are one file. */
const before = (folder: string) => {
  writeFileSync(join(folder, 'f'), 'some bytes');
  linkSync(join(folder, 'f'), join(folder, 'g'));
};
const open = [`a=open 'f ${O.WRONLY}`, `b=open 'g ${O.WRONLY}`];

/** A file with several names is shown under the one that was used. */
export const OPENED_NAMES: readonly OperationCase[] = [
  {
    name: 'each descriptor has the name by which it was opened',
    before,
    calls: [...open, 'write $b b:3:1 3', 'write $a b:3:2 3', 'fchmod $b 0600', 'ftruncate $a 5', 'write $b b:3:3 3'],
    events: [
      wrote('g', 0, pattern(3, 1)),
      wrote('f', 0, pattern(3, 2)),
      modeSet('g', 0o600),
      truncated('f', 5),
      wrote('g', 3, pattern(3, 3)),
      ended(),
    ],
  },
  {
    name: 'in each thread',
    before,
    calls: [...open, 'write $b b:3:1 3', 'thread', 'write $a b:3:2 3', 'end', 'write $b b:3:3 3'],
    events: [wrote('g', 0, pattern(3, 1)), wrote('f', 0, pattern(3, 2)), wrote('g', 3, pattern(3, 3)), ended()],
  },
  {
    name: 'which moves along when it is renamed, and is another when it is gone',
    before,
    calls: [
      ...open,
      'write $b b:3:1 3',
      "rename 'g 'h",
      'write $b b:3:2 3',
      "renameat2 -100 'h -100 'f 2", // two names of one file: nothing happens
      "unlink 'h",
      'write $b b:3:3 3',
    ],
    events: [
      wrote('g', 0, pattern(3, 1)),
      renamed('g', 'h'),
      wrote('h', 3, pattern(3, 2)),
      unlinked('h'),
      wrote('f', 6, pattern(3, 3)),
      ended(),
    ],
  },
  {
    name: 'also when it got the second one later, or is emptied',
    calls: [
      `a=open 'z ${O.WRONLY | O.CREAT} 0644`,
      'write $a b:3:1 3',
      "link 'z 'a",
      'write $a b:3:2 3',
      `b=open 'z ${O.WRONLY | O.TRUNC}`,
      "chmod 'z 0600",
      "link 'z 'b",
    ],
    events: [
      created('z'),
      wrote('z', 0, pattern(3, 1)),
      linked('z', 'a'),
      wrote('z', 3, pattern(3, 2)),
      truncated('z', 0),
      modeSet('z', 0o600),
      linked('z', 'b'),
      ended(),
    ],
  },
];
