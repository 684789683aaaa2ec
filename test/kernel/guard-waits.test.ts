import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DK, kernelTest } from '../support/kernel.js';
import { LauncherBench } from '../support/launcher.js';
import { Bench, compiled, type Finished, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const GUARDED = 'test/kernel/fixtures/guarded.c';
const UNANSWERED = /The old state of \S*\/old.* could not be saved: reading it was not answered in time/;

describe('a call that a timer interrupts', () => {
  kernelTest('fails once in a hundred times at most, with a signal each millisecond', async () => {
    const bench = new LauncherBench(temp());
    const { stdout } = await bench.run([await compiled(GUARDED), 'interrupted', '1000', '2500']);
    const failed = Number(/^(\d+) failed\n$/.exec(stdout)?.[1]);
    expect(failed).toBeLessThan(100);
  });

  kernelTest('does not wait while another one is held up', async () => {
    const bench = new LauncherBench(temp());
    writeFileSync(join(bench.work, 'held'), 'old bytes');
    const { code, stdout } = await bench.run([await compiled(GUARDED), 'behind']);
    expect(code).toBe(0);
    const [, failed, when] = /^(\d+) failed, (.*)\n$/.exec(stdout) ?? [];
    expect(when).toBe('at once');
    expect(Number(failed)).toBeLessThan(5);
  });
});

describe('a command that decides itself about opens', () => {
  /**
   * Its listener asks about the opens of the guard and of the recorder, too. In a file system of its own, in which the store
   * is as well: the rest of the machine is not asked about.
   */
  async function listens(...words: string[]): Promise<Finished> {
    const bench = new Bench(temp());
    const script =
      `mount -t tmpfs none ${bench.folder} && mkdir ${bench.work} && cd ${bench.work} && ` +
      'echo old bytes > old && echo second bytes > second && ' +
      `${DK} run --no-tui -- ${await compiled(GUARDED)} ${words.join(' ')}; echo "code $?"; ` +
      `touch ../stop; ${DK} cat old@0`;
    return run(['unshare', '--mount', 'sh', '-c', script], { cwd: '/', env: bench.env });
  }

  for (const scope of ['file', 'mount', 'filesystem']) {
    kernelTest(`for a ${scope}: its calls succeed, and what was not saved is unknown`, async () => {
      const { stdout, stderr } = await listens('listens', scope);
      expect(stdout).toBe('chmod 0\ntruncate 0\nunlink 0\nunlink 0\ncode 0\n');
      expect(stderr).toMatch(UNANSWERED);
      expect(stderr).toMatch(/The bytes of \S*old at event 0 of recording \S+ are not known/);
    });
  }

  kernelTest('and leaves such a process behind: it goes on while the proof is taken', async () => {
    const { stdout, stderr } = await listens('outlived');
    expect(stdout).toBe('code 0\nold bytes\n');
    expect(stderr).not.toMatch(UNANSWERED);
  });
});
