import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { bench, type How, onTerminal, withoutDk } from '../support/alongside.js';
import { kernelTest } from '../support/kernel.js';
import { run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
/** To the command alone: of each way to die one, and one that the C library keeps for itself. */
const TO_ITSELF = [1, 6, 9, 11, 13, 15, 32, 64];
/** To everybody in its group: what Node handles or ignores, and all faults. */
const TO_GROUP = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 15, 27, 31, 64];

/** Wait statuses as Python's subprocess has them, of a command that sends itself each signal, or its whole group. */
const STATUSES = `
import concurrent.futures, json, os, subprocess, sys
numbers, to_group = json.loads(sys.argv[1]), sys.argv[2] == 'group'
whom = '0' if to_group else 'os.getpid()'
kill = f'''import os, signal, sys
for own in (signal.SIGINT, signal.SIGPIPE): signal.signal(own, signal.SIG_DFL)
os.kill({whom}, int(sys.argv[1]))'''
def end_by(number):
    return subprocess.run(['./run', sys.executable, '-S', '-c', kill, str(number)], start_new_session=True).returncode
with concurrent.futures.ThreadPoolExecutor(3) as pool:
    for number, status in zip(numbers, pool.map(end_by, numbers)):
        print(number, status)
`;

/** Gives what both were. */
async function same<T>(runIn: (how: How) => Promise<T>): Promise<T> {
  const [plain, recorded] = await Promise.all([runIn('plain'), runIn('recorded')]);
  expect(recorded).toEqual(plain);
  return plain;
}

describe('death by a signal is death by that signal', () => {
  for (const whom of ['itself', 'group']) {
    kernelTest(
      `of a command that sends every signal to ${whom}`,
      async () => {
        const folder = temp();
        const numbers = JSON.stringify(whom === 'group' ? TO_GROUP : TO_ITSELF);
        const inPython = async (how: How) => {
          const at = bench(folder, how);
          const words = ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh', 'python3', '-c', STATUSES, numbers, whom];
          const done = await run(words, { cwd: at.work, env: at.env });
          if (how === 'recorded') {
            const ends = done.stderr.split('\n').filter((line) => line !== '');
            expect(ends.filter((line) => !/^dk: recorded .* · 0 gaps · verified · /.test(line))).toEqual([]);
            expect(ends.length).toBe(done.stdout.trim().split('\n').length);
          }
          return done.stdout;
        };
        expect(await same(inPython)).toContain('\n11 -11\n');
      },
      240_000,
    );
  }

  for (const shell of ['bash', 'dash']) {
    kernelTest(`as ${shell} tells it`, async () => {
      const folder = temp();
      await same(async (how) => {
        const at = bench(folder, how);
        const script = `ulimit -c 0; for s in TERM SEGV KILL INT PIPE; do ./run sh -c "kill -$s \\$\\$"; echo $?; done`;
        const done = await run([shell, '-c', script], { cwd: at.work, env: at.env });
        return { ...done, stderr: withoutDk(done.stderr).replace(/^.*?: (line \d+: +)?\d+ /gm, '') };
      });
    });
  }

  kernelTest('as make tells it', async () => {
    const folder = temp();
    await same(async (how) => {
      const at = bench(folder, how);
      writeFileSync(join(at.work, 'Makefile'), "all:\n\t@ulimit -c 0; exec ./run sh -c 'kill -SEGV $$$$'\n");
      const done = await run(['make'], { cwd: at.work, env: at.env });
      return { ...done, stderr: withoutDk(done.stderr) };
    });
  });

  kernelTest('without a core dump of its own', async () => {
    const at = bench(temp(), 'recorded');
    const script =
      'import os, resource, subprocess, sys\n' +
      'resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)\n' +
      "child = os.spawnv(os.P_NOWAIT, './run', ['run', 'sh', '-c', 'ulimit -c 0; kill -SEGV $$'])\n" +
      'status = os.waitpid(child, 0)[1]\n' +
      'print(os.WTERMSIG(status), os.WCOREDUMP(status))';
    const done = await run(['python3', '-c', script], { cwd: at.work, env: at.env });
    expect(done.stdout).toBe('11 False\n');
  });

  kernelTest('started without the launcher', async () => {
    const folder = temp();
    const at = bench(folder, 'recorded');
    const main = join(import.meta.dirname, '..', '..', 'dist', 'program', 'main.js');
    const words = [process.execPath, main, 'run', '--no-tui', '--', 'sh', '-c', 'echo "$1"; kill -9 $$', 'sh', 'a  b'];
    expect(await run(words, { cwd: at.work, env: at.env })).toMatchObject({
      code: null,
      signal: 'SIGKILL',
      stdout: 'a  b\n',
    });
  });

  kernelTest('of the run that fails, with --until-fail', async () => {
    const at = bench(temp(), 'recorded', ['--until-fail']);
    const script = '[ -e second ] && kill -TERM $$; touch second';
    expect(await run(['./run', 'sh', '-c', script], { cwd: at.work, env: at.env })).toMatchObject({
      signal: 'SIGTERM',
    });
  });
});

describe('a signal reaches the command as often as it was sent', () => {
  const CASES: Record<string, { send: string; how?: string[]; through?: string[] }> = {
    'to dk': { send: 'for n in USR1 HUP INT QUIT PIPE WINCH RTMIN CONT; do kill -$n $pid; settle; done; kill $pid' },
    'to the whole group': {
      send: 'for n in USR1 HUP INT QUIT PIPE WINCH SEGV ABRT RTMIN CONT TSTP; do kill -$n -$pid; settle; done; kill $pid',
    },
    'to one and the other in turn': {
      send: 'for n in 1 2 3 4 5; do kill -USR1 $pid; settle; kill -USR1 -$pid; settle; kill -USR2 -$pid; settle; done; kill $pid',
    },
  };
  for (const [name, { send }] of Object.entries(CASES)) {
    kernelTest(name, async () => {
      const folder = temp();
      const logOf = async (how: How) => {
        const at = bench(folder, how);
        const log = join(import.meta.dirname, 'signal-log.py');
        const script =
          // Until it has come and is pending nowhere, where the next would merge with it; then for one that nobody sent.
          "set -m; sent=0; taken() { [ $(wc -l <log) -ge $sent ] && grep -q '^ShdPnd:.0*$' /proc/$pid/status; }; " +
          'settle() { sent=$((sent+1)); until taken; do sleep 0.01; done; sleep 0.1; }; ' +
          `./run python3 ${log} log & pid=$!; until [ -e log.ready ]; do sleep 0.05; done; ${send}; wait $pid; echo $?`;
        const done = await run(['bash', '-c', script], { cwd: at.work, env: at.env });
        return { stdout: done.stdout, log: readFileSync(join(at.work, 'log'), 'utf8') };
      };
      expect((await same(logOf)).stdout).toBe('3\n');
    });
  }

  kernelTest('by timeout', async () => {
    const folder = temp();
    await same(async (how) => {
      const at = bench(folder, how);
      const script = 'trap "echo got; sleep 0.3; exit 5" TERM; touch ready; while :; do sleep 0.05; done';
      // What it is sent it passes on as it does when the time has come: to its child, and to its whole group.
      const then = 'until [ -e ready ]; do sleep 0.05; done; kill $!; wait $!';
      const words = ['bash', '-c', `timeout 600 ./run sh -c '${script}' & ${then}`];
      const { stdout, code } = await run(words, { cwd: at.work, env: at.env });
      return { stdout, code };
    });
  });
});

describe('a terminal that is hung up', () => {
  const DIRECT = ['./run'];
  for (const [name, command] of Object.entries({
    'where dk leads the session': DIRECT,
    'below a shell': ['sh', '-c', './run "$@"; :', 'sh'],
  })) {
    kernelTest(name, async () => {
      const folder = temp();
      await same(async (how) => {
        const at = bench(folder, how);
        const script = 'trap "echo hangup >> log; exit 6" HUP; echo ready; while :; do sleep 0.05; done';
        const { status } = await onTerminal(at, [['^ready\n', null]], [...command, 'sh', '-c', script]);
        return { status, log: readFileSync(join(at.work, 'log'), 'utf8') };
      });
    });
  }

  kernelTest('while the command is stopped', async () => {
    const folder = temp();
    await same(async (how) => {
      const at = bench(folder, how);
      const script =
        'trap "echo hangup >> log; exit 6" HUP; ' +
        '(until grep -q "^State:.T" /proc/$$/status; do sleep 0.01; done; echo ready) & kill -STOP $$; echo on >> log';
      const { status } = await onTerminal(at, [['^ready\n', null]], ['./run', 'sh', '-c', script]);
      return { status, log: readFileSync(join(at.work, 'log'), 'utf8') };
    });
  });
});
