import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();

/** Prints name and scheduling policy of each of the recorder's threads, the main one first. */
const LOOK = `import glob, os
launcher = os.getppid()
def parent(pid):
    return int(open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()[1])
def name(path):
    return open(path + '/comm').read().strip()
nodes = [int(p[6:]) for p in glob.glob('/proc/[0-9]*') if parent(p[6:]) == launcher and name(p) == 'node']
assert len(nodes) == 1, nodes
tids = sorted(int(t) for t in os.listdir(f'/proc/{nodes[0]}/task'))
for tid in tids:
    print(name(f'/proc/{nodes[0]}/task/{tid}'), 'idle' if os.sched_getscheduler(tid) == os.SCHED_IDLE else 'normal')
`;

kernelTest('while the command runs, only the threads that must not be late compete with it', async () => {
  const bench = new Bench(newFolder());
  writeFileSync(join(bench.folder, 'look.py'), LOOK);
  const { stdout, summary } = await bench.record(['python3', '../look.py']);
  expect(summary).toContain(' · verified · ');
  const [main, ...others] = stdout.trimEnd().split('\n');
  expect(main).toBe('node normal');
  expect(others.filter((line) => line.startsWith('dk-')).sort()).toEqual(['dk-drain normal', 'dk-freezer normal']);
  const helpers = others.filter((line) => !line.startsWith('dk-'));
  expect(helpers.length).toBeGreaterThan(4);
  expect(new Set(helpers)).toEqual(new Set(['node idle']));
});
