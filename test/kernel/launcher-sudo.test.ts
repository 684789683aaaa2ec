import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext } from 'vitest';
import { kernelTest, PROJECT_DIR } from '../support/kernel.js';
import {
  isAlive,
  type Launched,
  LauncherBench,
  type LaunchOptions,
  makeInstallation,
  quoted,
  until,
} from '../support/launcher.js';
import { tempFolders } from '../support/temp-folder.js';
import { Terminal } from '../tui/support/terminal.js';

/** An ordinary user runs the launcher; sudo is configured in a mount namespace of the test's own. */
const NOBODY = 65534;
const temp = tempFolders();
const sh = (script: string) => ['sh', '-c', script];

interface Sudo {
  /** Lines of /etc/sudoers. */
  rules?: string[];
  /** What the shell does before it becomes the user. */
  before?: string;
  /** Variables that the user has set. */
  env?: string[];
}

/** Field 22 of /proc/PID/stat. */
function startTicks(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
}

/** Whether setpriv has become the program that it was to start. */
function isOf(pid: number, uid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(status) && !status.startsWith('Name:\tsetpriv\n');
}

/** Open to everybody's eyes. */
function ownedBy(uid: number, folder: string): string {
  chmodSync(folder, 0o755);
  chownSync(folder, uid, uid);
  return folder;
}

const RULE = 'nobody ALL=(ALL) NOPASSWD: ALL';

class UserBench extends LauncherBench {
  readonly outer: string;

  constructor(context: TestContext) {
    if (!existsSync('/usr/bin/sudo')) context.skip('sudo is not installed');
    const outer = temp();
    super(join(outer, 'user'), makeInstallation(ownedBy(0, temp())));
    this.outer = outer;
    for (const folder of [outer, join(outer, 'user'), this.work, this.recording]) chownSync(folder, NOBODY, NOBODY);
    for (const file of [process.execPath, join(PROJECT_DIR, 'dk')]) {
      const asNobody = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
      if (spawnSync('setpriv', [...asNobody, 'test', '-x', file]).status !== 0) {
        context.skip(`${file} stands where other users cannot reach it`);
      }
    }
  }

  options({ rules = [RULE], before = 'true', env = [] }: Sudo, options: LaunchOptions = {}): LaunchOptions {
    const sudoers = join(this.outer, 'sudoers');
    if (!existsSync(sudoers)) writeFileSync(sudoers, `${rules.join('\n')}\n`, { mode: 0o440 });
    const script = `mount --bind ${sudoers} /etc/sudoers && mount -t tmpfs none /etc/sudoers.d && ${before} && exec "$@"`;
    const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--groups=4,24', 'env', ...env];
    return { ...options, elevate: true, through: ['unshare', '--mount', 'sh', '-c', script, 'sh', ...user] };
  }

  asUser(command: string[], sudo: Sudo = {}, options: LaunchOptions = {}): Promise<Launched> {
    return this.run(command, this.options(sudo, options));
  }
}

describe('an ordinary user', () => {
  for (const pty of ['!use_pty', 'use_pty']) {
    kernelTest(`finds everything as it was, with ${pty}`, async (context) => {
      const b = new UserBench(context);
      const report = sh(
        // No pipeline lists the descriptors: the shell still has ends of its pipes when the first program of one runs.
        'id; umask; ulimit -a; ulimit -aH; pwd; ' +
          'for f in /proc/$$/fd/*; do echo "${f##*/} $(readlink $f | grep -vE "pipe:|socket:")"; done; ' +
          'tr "\\0" "\\n" < /proc/$$/environ; grep -E "^(Cap|Groups|NoNew|Sig[BI])" /proc/self/status; tty; exit 7',
      );
      const before = 'umask 027 && ulimit -Sn 500 && ulimit -c 0 && export ODD="a  b" && exec 5</etc/hostname 7>seven';
      const options = b.options({ rules: [RULE, `Defaults ${pty}`], before });
      const direct = await b.direct(report, options);
      const { code, stdout, messages } = await b.run(report, options);
      expect(stdout).toBe(direct.stdout);
      expect(stdout).toContain('\n5 /etc/hostname\n');
      expect(code).toBe(7);
      const rights = messages.filter((message) => message.type === 'rights');
      expect(rights.map(({ uid, mayRecord }) => [uid, mayRecord])).toEqual([
        [NOBODY, false],
        [NOBODY, true],
      ]);
    });
  }

  kernelTest('owns what is recorded', async (context) => {
    const b = new UserBench(context);
    writeFileSync(join(b.work, 'f'), 'old');
    chownSync(join(b.work, 'f'), NOBODY, NOBODY);
    await b.asUser(sh('echo new > f'));
    expect(b.savedOf('f').map((node) => node.content?.toString())).toEqual(['old']);
    expect(b.base().map((node) => node.name)).toEqual([b.work, 'f']);
    for (const file of ['base.bin', 'preimage', 'preimage/log']) {
      expect(lstatSync(join(b.recording, file)).uid).toBe(NOBODY);
    }
  });

  kernelTest('gets nothing into the recording that is not theirs to read', async (context) => {
    const b = new UserBench(context);
    writeFileSync(join(b.work, 'secret'), 'root’s', { mode: 0o600 });
    mkdirSync(join(b.work, 'closed'), { mode: 0o700 });
    writeFileSync(join(b.work, 'closed', 'inner'), 'root’s');
    const { messages } = await b.asUser(sh('echo x > secret; echo x > closed/inner; exit 0'));
    expect(b.saved().map((node) => [node.name, node.content])).toEqual([[join(b.work, 'secret'), undefined]]);
    expect(readFileSync(join(b.work, 'secret'), 'utf8')).toBe('root’s');
    expect(messages.find((message) => message.type === 'D')).toMatchObject({ lost: 0 });
  });

  kernelTest('who uses sudo inside the command has root’s files saved', async (context) => {
    const b = new UserBench(context);
    writeFileSync(join(b.work, 'secret'), 'one', { mode: 0o600 });
    mkdirSync(join(b.work, 'closed'), { mode: 0o700 });
    writeFileSync(join(b.work, 'closed', 'inner'), 'two');
    const { code } = await b.asUser(sh('sudo sh -c "rm secret; echo x > closed/inner"'));
    expect(code).toBe(0);
    const ours = b.saved().filter((node) => node.name.startsWith(b.work));
    expect(ours.map((node) => [node.name, node.content?.toString()])).toEqual([
      [join(b.work, 'secret'), 'one'],
      [join(b.work, 'closed', 'inner'), 'two'],
    ]);
  });
});

describe('what a user cannot do with a rule for dk', () => {
  /** A rule for recording with this installation and nothing else. */
  const limited = (b: UserBench): string => `nobody ALL=(root) NOPASSWD: ${b.installation.launcher} --adopt *`;
  /** Root's launcher, called by hand; `giver` is the process whose command it is to be. */
  const adopt = (b: UserBench, giver: number, words: string[], before = 'true') => {
    const sudo = ['sudo', b.installation.launcher, '--adopt', `${giver}:${startTicks(giver)}:0:0:1`];
    return b.direct([...sudo, ...words], b.options({ rules: [limited(b)], before }));
  };
  const refused = (why: string) => `dk: The command could not be handed to root (${why}). Try again.\n`;
  const notRun = (why: string) =>
    `dk: Root does not run this dk for you (${why}). See docs/security.md, "Recording through sudo".\n`;

  kernelTest('have their code run in the recorder', async (context) => {
    const b = new UserBench(context);
    const library = join(b.outer, 'preloaded.so');
    const source = join(PROJECT_DIR, 'test/kernel/fixtures/preloaded.c');
    execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Werror', '-o', library, source]);
    const log = join(b.outer, 'log');
    writeFileSync(log, '');
    chownSync(log, NOBODY, NOBODY);
    const env = [`LD_PRELOAD=${library}`, `PRELOAD_LOG=${log}`, 'OPENSSL_CONF=/nowhere', 'NODE_PATH=/nowhere'];
    const { code, messages } = await b.asUser(sh('echo "$LD_PRELOAD" > seen'), { env });
    expect(code).toBe(0);
    expect(readFileSync(join(b.work, 'seen'), 'utf8')).toBe(`${library}\n`);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines.some((line) => line.startsWith('sh '))).toBe(true);
    const privileged = lines.filter((line) => !/^\S+ 65534 65534 0+$/.test(line));
    expect(privileged).toEqual([]);
    const [, recorder] = messages.filter((message) => message.type === 'start');
    expect(Object.keys(recorder?.env as object).filter((name) => /^(LD_|PRELOAD|OPENSSL|NODE)/.test(name))).toEqual([]);
  });

  kernelTest('get more rights in the command, or have root’s files read', async (context) => {
    const b = new UserBench(context);
    writeFileSync(join(b.work, 'secret'), 'root’s', { mode: 0o600 });
    const report = 'grep NoNewPrivs /proc/self/status; sudo true || echo refused';
    const { code, stdout, messages } = await b.asUser(sh(report), {
      rules: [limited(b), 'nobody ALL=(root) /bin/true'],
    });
    expect([code, stdout]).toEqual([0, 'NoNewPrivs:\t1\nrefused\n']);
    expect(messages.filter((message) => message.type === 'W').map((message) => message.text)).toEqual([
      'Set-user-id programs of the command, such as sudo, ran without their rights: root helps you with dk and with nothing else.',
    ]);
  });

  kernelTest('act as another user, or take the descriptors of another program', async (context) => {
    const b = new UserBench(context);
    const run = [process.execPath, b.installation.program, 'run', '--', 'true'];
    const others = spawn('setpriv', [
      '--reuid=1',
      '--regid=1',
      '--clear-groups',
      b.installation.launcher,
      '/bin/sleep',
      '100',
    ]);
    const own = spawn('setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '/bin/sleep', '100']);
    try {
      for (const giver of [others, own]) {
        await until(() => (isOf(giver.pid as number, giver === others ? 1 : NOBODY) ? true : undefined), 'its start');
        const { code, stderr } = await adopt(b, giver.pid as number, run);
        expect([code, stderr]).toEqual([125, refused("another user's process asked for it")]);
      }
    } finally {
      for (const giver of [others, own]) giver.kill('SIGKILL');
    }
  });

  kernelTest('have root run something else', async (context) => {
    const b = new UserBench(context);
    const { program } = b.installation;
    const other = join(b.outer, 'user/other.mjs');
    writeFileSync(other, '');
    const attempts: [words: string[], why: string][] = [
      [[process.execPath, other, 'run'], 'it was asked for another program than its own'],
      [[process.execPath, program, 'ls'], 'it was asked for something else than a recording'],
      [['/bin/sh', program, 'run'], 'it was set up for another node: root has to run it once'],
    ];
    for (const [words, why] of attempts) {
      const { code, stderr } = await adopt(b, process.pid, words);
      expect([code, stderr]).toEqual([125, notRun(why)]);
    }
  });

  kernelTest('use an installation that others can write to', async (context) => {
    const b = new UserBench(context);
    const folder = join(b.installation.program, '..');
    const words = [process.execPath, b.installation.program, 'run', '--', 'true'];
    chmodSync(folder, 0o777);
    expect((await adopt(b, process.pid, words)).stderr).toBe(notRun('others can change its program'));
    chmodSync(folder, 0o755);
    chownSync(b.installation.launcher, 1, 1);
    expect((await adopt(b, process.pid, words)).stderr).toBe(notRun('others than root and you can change it'));
  });
});

describe('without help from sudo', () => {
  kernelTest('a user without a rule', async (context) => {
    const b = new UserBench(context);
    const { code, stderr } = await b.asUser(['touch', 'started'], {
      rules: ['root ALL=(ALL) ALL', 'Defaults !lecture'],
    });
    expect(code).toBe(125);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'dk: Recording needs root’s help (for eBPF and for the guard), and sudo did not give it. '.replaceAll('’', "'") +
        'Let root do the recording (sudo dk run), or ask root for the rule in docs/security.md.',
    );
    expect(existsSync(join(b.work, 'started'))).toBe(false);
  });

  kernelTest('no sudo at all', async (context) => {
    const b = new UserBench(context);
    const { code, stderr } = await b.asUser(['touch', 'started'], { env: ['PATH=/nowhere'] });
    expect(code).toBe(125);
    expect(stderr).toContain('sudo is not installed. Install sudo, or run dk as root.');
  });
});

describe('signals and kills', () => {
  kernelTest('a signal to dk reaches the command', async (context) => {
    const b = new UserBench(context);
    const script = "trap 'echo got; exit 5' USR1; echo ready; while :; do sleep 0.02; done";
    const running = b.start(sh(script), b.options({}));
    await running.output('ready');
    running.child.kill('SIGUSR1');
    const { code, stdout } = await running.done;
    expect([code, stdout]).toEqual([5, 'ready\ngot\n']);
  });

  kernelTest('kill -9 of dk ends the recorder, and the command runs on', async (context) => {
    const b = new UserBench(context);
    const script = 'i=0; while [ ! -e stop ]; do echo $i > f || exit 9; i=$((i+1)); done; echo $i > done';
    const running = b.start(sh(script), b.options({}, { stdio: 'ignore' }));
    const count = (name: string) =>
      existsSync(join(b.work, name)) ? Number(readFileSync(join(b.work, name), 'utf8')) : 0;
    await running.message('R');
    await until(() => (count('f') > 0 ? true : undefined), 'the first write');
    const [, recorder] = running.messages().filter((message) => message.type === 'start');
    running.child.kill('SIGKILL');
    await until(() => (isAlive(recorder?.pid as number) ? undefined : true), 'the end of the recorder');
    const before = count('f');
    await until(() => (count('f') > before + 20 ? true : undefined), 'more writes');
    writeFileSync(join(b.work, 'stop'), '');
    await until(() => (count('done') > 0 ? true : undefined), 'the end of the command');
    await running.done;
  });
});

describe('on a terminal', () => {
  for (const pty of ['!use_pty', 'use_pty']) {
    kernelTest(`Ctrl-C, reading, Ctrl-Z and fg, with ${pty}`, async (context) => {
      const b = new UserBench(context);
      const script =
        'trap "i=1; echo interrupted" INT; echo ready; while [ -z "$i" ]; do sleep 0.05; done; ' +
        'read line; echo "got <$line>"; while [ ! -e go ]; do sleep 0.05; done; test -t 0 && test -t 1 && exit 4';
      const words = b.words(sh(script), b.options({ rules: [RULE, `Defaults ${pty}`] }));
      const file = join(b.outer, 'run.sh');
      writeFileSync(file, `cd ${b.work}; exec ${words.map(quoted).join(' ')}\n`);
      const screen = await Terminal.start(`sh ${file}`);
      try {
        await screen.until(/^ready$/m);
        const shown = await screen.press('C-c', /interrupted$/m);
        expect(shown.split('interrupted').length - 1).toBe(1);
        await screen.type('some words');
        await screen.press('Enter', /^got <some words>$/m);
        await screen.press('C-z', /Stopped/);
        await screen.type(`touch ${b.work}/go; fg; echo "then $?"`);
        await screen.press('Enter', /^then 4$/m);
      } finally {
        await screen.close();
      }
    });
  }
});

kernelTest('nobody is left behind', async (context) => {
  const b = new UserBench(context);
  await b.asUser(['true']);
  // The guard ends by itself once the last process that it watched is gone.
  const ours = () => execFileSync('ps', ['-eo', 'args']).toString().includes(b.recording);
  await until(() => (ours() ? undefined : true), 'the end of all processes');
});
