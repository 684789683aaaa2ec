import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { isAlive, LauncherBench, type LaunchOptions, type Message, until } from '../support/launcher.js';
import { descendants } from '../support/running.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const bench = () => new LauncherBench(temp());
const sh = (script: string) => ['sh', '-c', script];
const typesOf = (messages: Message[]) => messages.map((message) => message.type).filter((type) => type.length === 1);
const readIf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') || undefined : undefined);

describe('exit status', () => {
  kernelTest('is the command’s', async () => {
    const { code, messages } = await bench().run(sh('exit 7'));
    expect(code).toBe(7);
    expect(messages.find((message) => message.type === 'S')).toEqual({ type: 'S', status: 7 << 8 });
    expect(typesOf(messages).slice(0, 3)).toEqual(['T', 'B', 'R']);
  });

  kernelTest('is what Node makes of a signal', async () => {
    const { code, messages } = await bench().run(sh('kill -TERM $$'));
    expect(messages.find((message) => message.type === 'S')).toEqual({ type: 'S', status: 15 });
    expect(code).toBe(143);
  });

  kernelTest('is Node’s when it prepared nothing', async () => {
    const launched = await bench().run([], { exitAtOnce: 2 });
    expect(launched.code).toBe(2);
  });

  kernelTest('is Node’s when it leaves on purpose, and the command runs on', async () => {
    const b = bench();
    const fifo = join(b.work, 'fifo');
    const running = b.start(sh(`mkfifo ${fifo}; read line < ${fifo}; echo $line > finished`), {
      releaseAndExit: 3,
      stdio: 'ignore',
    });
    const { code } = await running.done;
    expect(code).toBe(3);
    await until(() => (existsSync(fifo) ? true : undefined), 'fifo');
    writeFileSync(fifo, 'on\n');
    const text = await until(() => readIf(join(b.work, 'finished')), 'the file that the command writes last');
    expect(text).toBe('on\n');
  });

  kernelTest('a prepared command that is never started ends with Node', async () => {
    const b = bench();
    const running = b.start(sh('touch started'), { neverGo: true });
    const { pid } = (await running.message('T')) as unknown as { pid: number };
    const start = await running.message('start');
    process.kill(start.pid as number, 'SIGTERM');
    const { code, stderr } = await running.done;
    expect(code).toBe(125);
    expect(stderr).toContain('dk: the recorder was ended by signal 15 before the command was started.');
    await until(() => (isAlive(pid) ? undefined : true), 'the end of the waiting process');
    expect(existsSync(join(b.work, 'started'))).toBe(false);
  });
});

describe('exec', () => {
  kernelTest('a command that is not found', async () => {
    const { code, messages } = await bench().run(['no-such-command-here']);
    expect(messages.find((message) => message.type === 'E')).toEqual({ type: 'E', errno: 2 });
    expect(typesOf(messages)).not.toContain('R');
    expect(typesOf(messages)).not.toContain('S');
    expect(code).toBe(127);
  });

  kernelTest('a command that may not be executed', async () => {
    const b = bench();
    writeFileSync(join(b.work, 'plain'), 'text');
    const { code, messages } = await b.run(['./plain']);
    expect(messages.find((message) => message.type === 'E')).toEqual({ type: 'E', errno: 13 });
    expect(code).toBe(126);
  });

  kernelTest('a script without #! runs in sh, as execvp does it', async () => {
    const b = bench();
    writeFileSync(join(b.work, 'script'), 'echo from script $1\n');
    chmodSync(join(b.work, 'script'), 0o755);
    expect(await b.run(['./script', 'one'])).toMatchObject({ code: 0, stdout: 'from script one\n' });
  });

  kernelTest('arguments keep bytes that are not UTF-8', async () => {
    const b = bench();
    const script = 'exec "$@" sh -c \'printf %s "$1" | od -An -tx1\' x "$(printf \'a\\377b\')"';
    // The shell in between makes the argument, which Node could not hand over.
    const { stdout } = await b.run([], {
      through: ['sh', '-c', script, 'sh'],
      extraPlan: ['argv-tail=5'],
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(stdout.trim()).toBe('61 ff 62');
  });
});

describe('the command finds what the launcher was given', () => {
  kernelTest('environment', async () => {
    const b = bench();
    const env = {
      PATH: process.env.PATH ?? '',
      ODD: 'a\nb',
      NODE_OPTIONS: '--no-warnings',
      NODE_CHANNEL_FD: '77',
      EMPTY: '',
    };
    await b.run(sh('cat /proc/$$/environ > seen'), { env });
    const seen = readFileSync(join(b.work, 'seen'), 'latin1').split('\0').slice(0, -1);
    expect(seen).toEqual(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  });

  kernelTest(
    'of the environment the recorder gets where the store is and how to show things, nothing that steers a program',
    async () => {
      const passed = { HOME: '/nowhere', DK_HOME: '/nowhere/store', TERM: 'dumb', NO_COLOR: '1' };
      const steering = {
        NODE_OPTIONS: '--no-warnings',
        NODE_CHANNEL_FD: '77',
        OPENSSL_CONF: '/nowhere',
        LD_LIBRARY_PATH: '/x',
      };
      const env = {
        PATH: `/nowhere:${process.env.PATH}`,
        ...passed,
        ...steering,
        GCONV_PATH: '/nowhere',
        DK_CTL_FD: '9',
      };
      const { messages } = await bench().run(['true'], { env });
      const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
      expect(messages[0]?.env).toEqual({ ...passed, PATH, DK_CTL_FD: '3' });
    },
  );

  kernelTest('descriptors, umask, limits and directory', async () => {
    const b = bench();
    const extra = openSync(join(b.work, 'extra'), 'w');
    const report = sh('ls /proc/self/fd | tr "\\n" " "; umask; ulimit -n; ulimit -c; pwd; echo x >&4');
    const options: LaunchOptions = {
      through: ['sh', '-c', 'umask 0137; ulimit -Sn 333; ulimit -c 0; exec "$@"', 'sh'],
      stdio: ['ignore', 'pipe', 'pipe', 'ignore', extra],
    };
    const { stdout } = await b.run(report, options);
    expect(stdout).toBe((await b.direct(report, options)).stdout);
    expect(stdout).toContain(`0137\n333\n0\n${b.work}\n`);
    closeSync(extra);
    expect(readFileSync(join(b.work, 'extra'), 'utf8')).toBe('x\nx\n');
  });

  for (const closed of [[0], [1], [2], [0, 1], [0, 1, 2]]) {
    kernelTest(`closed standard descriptors stay closed: ${closed.join(', ')}`, async () => {
      const b = bench();
      const report = sh('for i in 0 1 2; do [ -e /proc/$$/fd/$i ] || list="$list $i"; done; echo $list >report');
      const close = closed.map((fd) => `${fd}>&-`).join(' ');
      const { code } = await b.run(report, { through: ['sh', '-c', `exec "$@" ${close}`, 'sh'] });
      expect([code, readFileSync(join(b.work, 'report'), 'utf8')]).toEqual([0, `${closed.join(' ')}\n`]);
    });
  }

  kernelTest('ignored and blocked signals', async () => {
    const b = bench();
    const report = ['grep', '^Sig[BI]', '/proc/self/status'];
    const options = { through: ['env', '--ignore-signal=HUP,CHLD,USR1', '--block-signal=USR2'] };
    const { stdout } = await b.run(report, options);
    expect(stdout).toBe((await b.direct(report, options)).stdout);
    expect(stdout).toContain('SigBlk:\t0000000000000800\n');
  });

  kernelTest('no seccomp restriction that sudo would stumble over', async () => {
    const { stdout } = await bench().run(sh('grep -E "NoNewPrivs|^Seccomp:" /proc/self/status'));
    expect(stdout).toBe('NoNewPrivs:\t0\nSeccomp:\t2\n');
  });

  kernelTest('a reader of an extra pipe sees its end when the command ends, not when dk does', async () => {
    const b = bench();
    const running = b.start(['true'], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], hangAtEnd: true });
    const pipe = running.child.stdio[3] as NodeJS.ReadableStream;
    await new Promise((resolve) => pipe.on('end', resolve).resume());
    const start = await running.message('start');
    expect(isAlive(start.pid as number)).toBe(true);
    running.child.kill('SIGKILL');
    await running.done;
  });
});

describe('signals', () => {
  kernelTest('sent to the launcher reach the command', async () => {
    const b = bench();
    const running = b.start(sh("trap 'echo got; exit 5' USR1; echo ready; while :; do sleep 0.02; done"));
    await running.output('ready');
    await running.message('R');
    running.child.kill('SIGUSR1');
    const { code, stdout } = await running.done;
    expect([code, stdout]).toEqual([5, 'ready\ngot\n']);
  });

  kernelTest('that Node asks for', async () => {
    const { messages } = await bench().run(['sleep', '100'], { signal: 15 });
    expect(messages.find((message) => message.type === 'S')).toEqual({ type: 'S', status: 15 });
  });
});

describe('kill -9', () => {
  /** Makes guarded calls until told to stop, then proves that none failed. */
  const busy =
    'i=0; while [ ! -e stop ]; do echo $i > f || exit 9; chmod 600 f || exit 8; i=$((i+1)); done; echo $i > done';

  kernelTest('of Node: the command runs on, and its exit status arrives', async () => {
    const b = bench();
    const running = b.start(sh(`${busy}; exit 6`));
    const start = await running.message('start');
    await until(() => readIf(join(b.work, 'f')), 'the first write');
    process.kill(start.pid as number, 'SIGKILL');
    const before = Number(readIf(join(b.work, 'f')) ?? 0);
    await until(() => (Number(readIf(join(b.work, 'f')) ?? 0) > before + 20 ? true : undefined), 'more writes');
    writeFileSync(join(b.work, 'stop'), '');
    const { code, stderr } = await running.done;
    expect(code).toBe(6);
    expect(stderr).toBe(
      'dk: the recorder was ended by signal 9; the command runs on. Its recording is marked interrupted.\n',
    );
    expect(Number(readIf(join(b.work, 'done')))).toBeGreaterThan(before);
  });

  kernelTest('of the launcher: Node ends, the command runs on', async () => {
    const b = bench();
    const running = b.start(sh(busy));
    const start = await running.message('start');
    await until(() => readIf(join(b.work, 'f')), 'the first write');
    running.child.kill('SIGKILL');
    await until(() => (isAlive(start.pid as number) ? undefined : true), 'the end of Node');
    const before = Number(readIf(join(b.work, 'f')) ?? 0);
    await until(() => (Number(readIf(join(b.work, 'f')) ?? 0) > before + 20 ? true : undefined), 'more writes');
    writeFileSync(join(b.work, 'stop'), '');
    await until(() => readIf(join(b.work, 'done')), 'the end of the command');
    await running.done;
  });

  kernelTest('of the guard: the command runs on, and the recorder is told', async () => {
    const b = bench();
    const running = b.start(sh(busy));
    await until(() => readIf(join(b.work, 'f')), 'the first write');
    process.kill(guardOf(running.pid), 'SIGKILL');
    const warning = await running.message('W');
    expect(warning.text).toContain('The guard for old content was killed');
    const before = Number(readIf(join(b.work, 'f')) ?? 0);
    await until(() => (Number(readIf(join(b.work, 'f')) ?? 0) > before + 20 ? true : undefined), 'more writes');
    writeFileSync(join(b.work, 'stop'), '');
    const { code, messages } = await running.done;
    expect(code).toBe(0);
    expect(messages.find((message) => message.type === 'D')).toMatchObject({ lost: 1 });
  });

  kernelTest('leaves no guard behind', async () => {
    const b = bench();
    const running = b.start(sh(busy));
    await until(() => readIf(join(b.work, 'f')), 'the first write');
    const guard = guardOf(running.pid);
    running.child.kill('SIGKILL');
    writeFileSync(join(b.work, 'stop'), '');
    await until(() => (isAlive(guard) ? undefined : true), 'the end of the guard');
    await running.done;
  });
});

/** The guard below what was started as dk, by the name it gives itself. */
function guardOf(dk: number): number {
  const guard = descendants(dk).find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'dk-guard\n');
  if (guard === undefined) throw new Error('no guard');
  return guard;
}
