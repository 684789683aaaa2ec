import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DK, kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { Bench, jsonLines, run } from '../support/record.js';
import { inJournal, recorderOf, start, until } from '../support/running.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const bench = () => new Bench(temp());
const SUMMARY =
  /^dk: recorded ([a-z0-9]{8}) · [\d,]+ events? · [\d,]+ files? · [\d.]+ k?M?G?B · \d+ gaps? · verified · \d+\.\ds \(dk open \1\)\n$/;

describe('dk ends as the command did', () => {
  const ENDS: [what: string, script: string, code: number | null, signal: string | null][] = [
    ['success', 'exit 0', 0, null],
    ['a failure', 'exit 7', 7, null],
    ['255', 'exit 255', 255, null],
    ['SIGTERM', 'kill -TERM $$', null, 'SIGTERM'],
    ['SIGKILL', 'kill -KILL $$', null, 'SIGKILL'],
    ['SIGSEGV', 'kill -SEGV $$', null, 'SIGSEGV'],
  ];
  for (const [what, script, code, signal] of ENDS) {
    kernelTest(what, async () => {
      const done = await bench().dk(['run', '--no-tui', '--', 'sh', '-c', script]);
      expect({ code: done.code, signal: done.signal, stdout: done.stdout }).toEqual({ code, signal, stdout: '' });
      expect(done.stderr).toMatch(SUMMARY);
    });
  }

  kernelTest('not found: 127, and nothing is kept', async () => {
    const at = bench();
    for (const name of ['no-such-program-anywhere', './missing', '/no/such/folder/program']) {
      const done = await at.dk(['run', '--no-tui', '--', name]);
      expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 127, stdout: '' });
      expect(done.stderr).toBe(
        `dk: ${name} was not found, so nothing was recorded.\nCheck the name, or give a path to the program.\n`,
      );
    }
    expect((await at.dk(['ls', '--json'])).stdout).toBe('');
  });

  kernelTest('not executable: 126, and nothing is kept', async () => {
    const at = bench();
    writeFileSync(join(at.work, 'text'), 'no program\n');
    mkdirSync(join(at.work, 'folder'));
    for (const name of ['./text', './folder']) {
      const done = await at.dk(['run', '--no-tui', '--', name]);
      expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 126, stdout: '' });
      expect(done.stderr).toBe(
        `dk: ${name} cannot be executed, so nothing was recorded.\nCheck that it is a program and that its x permission is set.\n`,
      );
    }
    expect((await at.dk(['ls', '--json'])).stdout).toBe('');
  });
});

kernelTest('a directory that is gone: 125, and what to do', async () => {
  const at = bench();
  const script = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"';
  const done = await run(['bash', '-c', script, 'bash', DK, 'run', '--no-tui', '--', 'true'], {
    cwd: at.work,
    env: at.env,
  });
  expect(done.code).toBe(125);
  expect(done.stderr).toContain('dk: The current directory does not exist any more.\nChange into one that exists.\n');
});

describe('the command is left alone', () => {
  kernelTest('its output goes through unchanged, and one line is added to stderr', async () => {
    const done = await bench().dk(['run', '--no-tui', '--', 'sh', '-c', 'printf "out\\0\\377"; printf "err\\n" >&2']);
    expect(Buffer.from(done.stdout).toString('hex')).toBe(Buffer.from('out\0\ufffd').toString('hex'));
    expect(done.stderr.slice(0, 4)).toBe('err\n');
    expect(done.stderr.slice(4)).toMatch(SUMMARY);
  });

  kernelTest('its input goes through', async () => {
    const input = 'line\n'.repeat(50_000);
    const done = await bench().dk(['run', '--no-tui', '--', 'cat'], { input });
    expect(done.stdout === input).toBe(true);
  });

  const probe = ['python3', join(PROJECT_DIR, 'test/kernel/probe.py'), 'an argument', '--no-tui', '--', ''];
  /** How the shell starts a program: plain, and with everything that a program can inherit. */
  const STARTS: [what: string, before: string][] = [
    ['plainly', ''],
    ['with umask, limits and descriptors', 'umask 0137; ulimit -n 333; ulimit -c 0; exec 3</dev/null 9>file 5<&0; '],
    ['with odd variables', 'export LC_ALL=C A="two words" "B=\n" ; unset HOME; '],
    ['below nohup', 'trap "" HUP PIPE; '],
    ['from a folder that is a symbolic link', 'mkdir d; ln -s d l; cd l; '],
    ['nicer', 'renice -n 5 $$ >/dev/null; '],
  ];
  for (const [what, before] of STARTS) {
    kernelTest(`started ${what}, it sees what it would see without dk`, async () => {
      const [at, other] = [bench(), bench()];
      const args = [...probe].map((arg) => `'${arg}'`).join(' ');
      // Both in folders of the same name, so that the answers can be compared as they are.
      const env = { ...at.env, DK_HOME: join(other.folder, 'home') };
      const plain = await run(['sh', '-c', `${before}exec ${args}`], { cwd: at.work, env });
      for (const left of ['d', 'l', 'file']) await run(['rm', '-rf', join(at.work, left)]);
      const recorded = await run(['sh', '-c', `${before}exec ${DK} run --no-tui -- ${args}`], { cwd: at.work, env });
      expect(plain.stderr).toBe('');
      expect(recorded.stdout).toBe(plain.stdout);
      expect(recorded.stderr).toMatch(SUMMARY);
    });
  }

  kernelTest('Ctrl-C in a terminal goes to the command, and dk records its end', async () => {
    const at = bench();
    const script = join(PROJECT_DIR, 'test/kernel/in-terminal.py');
    const command = 'trap "echo caught > caught; exit 5" INT; echo ready; while :; do sleep 0.05; done';
    const done = await run(['python3', script, 'ready', '03', DK, 'run', '--no-tui', '--', 'sh', '-c', command], {
      cwd: at.work,
      env: at.env,
    });
    expect(done.code).toBe(5);
    expect(readFileSync(join(at.work, 'caught'), 'utf8')).toBe('caught\n');
    expect(done.stdout).toMatch(/ · 0 gaps · verified · /);
  });

  kernelTest('a terminal keeps its size and modes', async () => {
    const at = bench();
    const script = join(PROJECT_DIR, 'test/kernel/in-terminal.py');
    const command = ['sh', '-c', 'stty -a; tty; test -t 0 && test -t 1 && test -t 2 && echo "all three"'];
    const outputs: string[] = [];
    for (const before of [[], [DK, 'run', '--no-tui', '--']]) {
      const done = await run(['python3', script, '', '', ...before, ...command], { cwd: at.work, env: at.env });
      expect(done.code).toBe(0);
      outputs.push(done.stdout.replace(/dk: recorded .*\r\n$/, '').replace(/\/dev\/pts\/\d+/, 'TTY'));
    }
    expect(outputs[0]).toContain('all three');
    expect(outputs[1]).toBe(outputs[0]);
  });

  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGINT'] as const) {
    kernelTest(`${signal} sent to dk reaches the command`, async () => {
      const at = bench();
      const name = signal.slice(3);
      const child = start(at, [
        'sh',
        '-c',
        `trap "echo got ${name}; exit 9" ${name}; echo ready; while :; do sleep 0.05; done`,
      ]);
      await child.said('ready');
      child.process.kill(signal);
      expect(await child.ended).toBe(9);
      expect(child.stdout()).toBe(`ready\ngot ${name}\n`);
      expect(child.stderr()).toMatch(SUMMARY);
    });
  }
});

describe('when dk is killed', () => {
  const script = 'echo one > a; : > c; echo ready; read line; echo two > b; echo "$line"; exit 6';

  kernelTest('the recorder: the command runs on, its exit code arrives, the recording is interrupted', async () => {
    const at = bench();
    const child = start(at, ['sh', '-c', script]);
    await child.said('ready');
    await inJournal(at, 'c'); // so that what stands before is there, too
    process.kill(recorderOf(child.process.pid as number), 'SIGKILL');
    child.process.stdin?.write('go on\n');
    expect(await child.ended).toBe(6);
    expect(child.stdout()).toBe('ready\ngo on\n');
    expect(readFileSync(join(at.work, 'b'), 'utf8')).toBe('two\n');
    await expectInterrupted(at);
  });

  kernelTest('everything of it: the command runs on, the recording is interrupted', async () => {
    const at = bench();
    const child = start(at, ['sh', '-c', script]);
    await child.said('ready');
    await inJournal(at, 'c'); // so that what stands before is there, too
    const recorder = recorderOf(child.process.pid as number);
    child.process.kill('SIGKILL');
    process.kill(recorder, 'SIGKILL');
    child.process.stdin?.write('go on\n');
    await until(() => existsSync(join(at.work, 'b')));
    await until(() => child.stdout() === 'ready\ngo on\n');
    await expectInterrupted(at);
  });

  async function expectInterrupted(at: Bench) {
    const [listed] = jsonLines((await at.dk(['ls', '--json'])).stdout);
    expect(listed).toMatchObject({ state: 'interrupted', verified: null });
    const events = await at.log('@');
    const made = events.find((event) => event.path === join(at.work, 'a'));
    expect(made).toMatchObject({ kind: 'file.create' });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'file.write', path: join(at.work, 'a'), length: 4 }));
    const cat = await at.dk(['cat', 'a']);
    expect(cat).toMatchObject({ code: 0, stdout: 'one\n' });
  }
});

describe('options', () => {
  kernelTest('--name labels the recording', async () => {
    const at = bench();
    await at.record(['true'], { dkOptions: ['--name', 'first try'] });
    const recorded = await at.record(['false'], { dkOptions: ['--name=second'] });
    expect((await at.log('second')).map((event) => event.kind)).toEqual(['proc.exec', 'proc.exit']);
    expect(at.info(recorded.id).label).toBe('second');
    expect((await at.dk(['log', 'first try', '--json'])).code).toBe(0);
  });

  kernelTest('--root: the base is what stood there', async () => {
    const at = bench();
    for (const name of ['in', 'out']) {
      mkdirSync(join(at.work, name));
      writeFileSync(join(at.work, name, 'f'), name);
    }
    const recorded = await at.record(['sh', '-c', 'echo x >> in/f'], { dkOptions: ['--root', 'in'] });
    expect(at.info(recorded.id).roots).toEqual([join(at.work, 'in')]);
    const recording = await at.open(recorded.id);
    const before = await recording.state(0);
    expect(before.lookup(join(at.work, 'in/f'))).toMatchObject({ sizeBytes: 2 });
    expect(before.lookup(join(at.work, 'out/f'))).toBe(undefined);
    await recording.close();
  });

  kernelTest('--exclude leaves matching paths out', async () => {
    const at = bench();
    const recorded = await at.record(['sh', '-c', 'echo 1 > a.log; mkdir d; echo 2 > d/b.log; echo 3 > c; rm a.log'], {
      dkOptions: ['--exclude', '*.log'],
    });
    expect(await changes(at, recorded.id)).toEqual(['dir.create d', 'file.create c', 'file.write c']);
    expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
  });

  kernelTest('--exclude of a folder leaves out all that is below it', async () => {
    const at = bench();
    mkdirSync(join(at.work, 'old'));
    writeFileSync(join(at.work, 'old', 'f'), 'old');
    const script =
      'mkdir -p out/a/b; echo 1 > out/a/b/f; ln out/a/b/f out/g; mv out/a out/z; ln -s x out/l; chmod 600 out/g; ' +
      'echo 2 >> old/f; touch -d @5 old/f; rm -r out; echo 3 > in';
    const recorded = await at.record(['sh', '-c', script], { dkOptions: ['--exclude', 'out', '--exclude', '/old/'] });
    expect(await changes(at, recorded.id)).toEqual(['file.create in', 'file.write in']);
    expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
  });

  kernelTest('what moves out of an excluded folder is read back, with a gap', async () => {
    const at = bench();
    const script = 'mkdir out; echo 1 > out/f; mv out/f f; echo 2 > g; mv g out/g';
    const recorded = await at.record(['sh', '-c', script], { dkOptions: ['--exclude', 'out'] });
    expect(recorded.summary).toMatch(/ · 2 gaps · verified · /);
    expect((await at.dk(['cat', 'f'])).stdout).toBe('1\n');
    expect((await at.dk(['cat', 'g'])).code).toBe(3);
  });

  async function changes(at: Bench, id: string): Promise<string[]> {
    const events = await at.log(id, ['--kind', 'file,dir,path,link,symlink,meta']);
    return events.map((event) => `${event.kind} ${String(event.path).replace(`${at.work}/`, '')}`);
  }

  kernelTest('--keep on-failure forgets a success', async () => {
    const at = bench();
    const good = await at.dk(['run', '--no-tui', '--keep', 'on-failure', '--', 'true']);
    expect(good).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const bad = await at.dk(['run', '--no-tui', '--keep', 'on-failure', '--', 'false']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(SUMMARY);
    expect(jsonLines((await at.dk(['ls', '--json'])).stdout)).toMatchObject([{ argv: ['false'] }]);
  });

  kernelTest('--until-fail stops at the first failure and keeps that one', async () => {
    const at = bench();
    const script = 'n=$(cat n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > n; [ $n -lt 3 ]';
    const done = await at.dk(['run', '--no-tui', '--until-fail', '--', 'sh', '-c', script]);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('dk: run 3 of at most 1000 failed with 1\n');
    expect(jsonLines((await at.dk(['ls', '--json'])).stdout)).toHaveLength(1);
    expect((await at.dk(['cat', 'n'])).stdout).toBe('3\n');
  });

  kernelTest('--max ends --until-fail', async () => {
    const at = bench();
    const done = await at.dk(['run', '--no-tui', '--until-fail', '--max', '2', '--', 'sh', '-c', 'echo x >> n']);
    expect(done.code).toBe(0);
    expect(done.stderr).toBe('dk: the command succeeded 2 times; nothing was kept\n');
    expect(readFileSync(join(at.work, 'n'), 'utf8')).toBe('x\nx\n');
    expect((await at.dk(['ls', '--json'])).stdout).toBe('');
  });

  const WRONG: [what: string, args: string[], message: RegExp][] = [
    ['an unknown option', ['--bogus', '--', 'true'], /^dk run: unknown option '--bogus'\.\n.+\n$/],
    [
      '--max without --until-fail',
      ['--max', '2', '--', 'true'],
      /^dk run takes --max only together with --until-fail\.\n.+\n$/,
    ],
    ['no command', [], /^dk run needs a command after --\.\n.+\n$/],
    [
      'a size that is none',
      ['--buffer', 'much', '--', 'true'],
      /^dk run wants a size like 64M after --buffer, not "much"\.\n.+\n$/,
    ],
    ['a root that is not there', ['--root', 'nowhere', '--', 'true'], /^dk: The root nowhere does not exist\.\n.+\n$/],
    [
      '--keep with another word',
      ['--keep', 'sometimes', '--', 'true'],
      /^dk run wants always or on-failure after --keep, not "sometimes"\.\n.+\n$/,
    ],
  ];
  for (const [what, args, message] of WRONG) {
    kernelTest(`${what}: 125, one sentence what and one what to do`, async () => {
      const at = bench();
      const done = await at.dk(['run', '--no-tui', ...args]);
      expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 125, stdout: '' });
      expect(done.stderr).toMatch(message);
    });
  }

  kernelTest('a store that cannot be written: 125, and the command does not run', async () => {
    const at = bench();
    const file = join(at.folder, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o600);
    for (const home of [file, join(file, 'below'), '/proc/dk']) {
      const done = await at.dk(['run', '--no-tui', '--', 'touch', 'ran'], { env: { DK_HOME: home } });
      expect({ home, code: done.code, stdout: done.stdout }).toEqual({ home, code: 125, stdout: '' });
      expect(done.stderr).toMatch(/^dk: .+\.\n.+\.\n$/);
      expect(existsSync(join(at.work, 'ran'))).toBe(false);
    }
  });
});
