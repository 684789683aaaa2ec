import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, linked, modeSet, type OperationCase, pattern, renamed, unlinked, wrote } from './case.js';
import { O } from './constants.js';

/** A file f, which has the name `outside` beside the recorded root as well, and another file o. */
const linkedTo = (outside: string) => (folder: string) => {
  writeFileSync(join(folder, 'f'), 'some bytes', { mode: 0o644 });
  linkSync(join(folder, 'f'), join(folder, outside));
  writeFileSync(join(folder, 'o'), 'others');
};

/** Names that only the guard and the live tree can tell of. */
export const CROSSING: readonly OperationCase[] = [
  {
    name: 'a rename over a link outside of the root, of a file that was met inside',
    before: linkedTo('../../c0'),
    calls: ["chmod 'f 0600", "rename 'o '../../c0", `a=open 'f ${O.WRONLY}`, 'write $a b:3:1 3'],
    events: [modeSet('f', 0o600), renamed('o', '../../c0', '../../c0'), wrote('f', 0, pattern(3, 1)), ended()],
  },
  {
    name: 'a rename to its own link outside of the root does nothing',
    before: linkedTo('../../c1'),
    calls: ["rename 'f '../../c1", "unlink '../../c1", `a=open 'f ${O.WRONLY}`, 'write $a b:3:1 3'],
    events: [unlinked('../../c1'), wrote('f', 0, pattern(3, 1)), ended()],
  },
  {
    name: 'a write through a link outside of the root, of a file that was met inside',
    before: linkedTo('../../c5'),
    calls: ["chmod 'f 0600", `a=open '../../c5 ${O.WRONLY}`, 'write $a b:3:1 3'],
    events: [modeSet('f', 0o600), wrote('../../c5', 0, pattern(3, 1)), ended()],
  },
  {
    name: 'a link outside of the root is renamed when the name inside is gone',
    before: linkedTo('../../c2'),
    calls: ["unlink 'f", "rename '../../c2 'q"],
    events: [unlinked('f'), renamed('../../c2', 'q'), ended()],
  },
  {
    name: 'a file outside of the root gets its first name inside',
    before: (folder) => writeFileSync(join(folder, '../../c4'), 'some bytes'),
    calls: ["link '../../c4 'f"],
    events: [linked('../../c4', 'f'), ended()],
  },
  {
    name: 'a link outside of the root is linked to a name inside, and goes',
    before: linkedTo('../../c3'),
    calls: ["link '../../c3 'q", "unlink '../../c3", "chmod 'q 0600"],
    events: [linked('../../c3', 'q'), unlinked('../../c3'), modeSet('q', 0o600), ended()],
  },
];
