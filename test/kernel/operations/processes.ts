import { created, ended, type OperationCase, output, pattern, wrote } from './case.js';
import { O } from './constants.js';

const NEW = O.WRONLY | O.CREAT | O.TRUNC;
const forked = (by = 0) => ({ kind: 'proc.fork', path: '', by });

export const PROCESSES: readonly OperationCase[] = [
  { name: 'exit with a code', calls: ['exit_group 7'], events: [ended(7)], code: 7 },
  { name: 'death by a signal', calls: ['a=getpid', 'kill $a 9'], events: [ended(0, 9)], signal: 9 },
  {
    name: 'fork: the child shares the position',
    calls: [
      `a=open 'f ${NEW} 0644`,
      'write $a b:5:1 5',
      'fork',
      'write $a b:5:2 5',
      'exit_group 3',
      'end',
      'write $a b:5:3 5',
    ],
    events: [
      created('f'),
      wrote('f', 0, pattern(5, 1)),
      forked(),
      wrote('f', 5, pattern(5, 2), { by: 1 }),
      ended(3, 0, { by: 1 }),
      wrote('f', 10, pattern(5, 3)),
      ended(),
    ],
  },
  {
    name: 'vfork and exec',
    calls: ['vfork', "execve '/bin/true a:true,one,two%20words,%ff e:", 'end'],
    events: [
      forked(),
      {
        kind: 'proc.exec',
        path: '/bin/true',
        argv: ['true', 'one', 'two words', '\udcff'],
        exe: '/bin/true',
        cwd: '.',
        by: 1,
      },
      ended(0, 0, { by: 1 }),
      ended(),
    ],
  },
  {
    name: 'exec that fails',
    calls: ["!execve '/no/such/program a:x e:"],
    events: [ended()],
  },
  {
    name: 'a thread belongs to its process',
    calls: [`a=open 'f ${NEW} 0644`, 'thread', 'write $a b:5:1 5', 'end', 'write $a b:5:2 5'],
    events: [created('f'), wrote('f', 0, pattern(5, 1)), wrote('f', 5, pattern(5, 2)), ended()],
  },
  {
    name: 'output on fd 1 and 2',
    calls: ["write 1 'out%0a 4", "write 2 'err%0a 4", 'writev 1 v:3,2:1 2'],
    events: [output(1, Buffer.from('out\n')), output(2, Buffer.from('err\n')), output(1, pattern(5, 1)), ended()],
  },
  {
    name: 'output of 100,000 bytes',
    calls: ['write 1 b:100000:1 100000'],
    events: [output(1, pattern(100_000, 1)), ended()],
  },
  {
    name: 'fd 1 that leads to a file is that file',
    calls: [`a=open 'f ${NEW} 0644`, 'dup2 $a 1', 'write 1 b:4:1 4', "write 2 'x 1"],
    events: [created('f'), wrote('f', 0, pattern(4, 1)), output(2, Buffer.from('x')), ended()],
  },
  {
    name: 'fd 1 that leads to /dev/null is nothing',
    calls: [`a=open '/dev/null ${O.WRONLY}`, 'dup2 $a 1', 'write 1 b:4:1 4'],
    events: [ended()],
  },
];
