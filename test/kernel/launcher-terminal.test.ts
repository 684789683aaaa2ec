import { readFileSync } from 'node:fs';
import { afterEach, describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { LauncherBench, until } from '../support/launcher.js';
import { CTRL, quoted, Shell } from '../support/pty-shell.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
let shell: Shell | undefined;
afterEach(() => shell?.close());

function start(script: string): { shell: Shell; bench: LauncherBench } {
  const bench = new LauncherBench(temp());
  const words = bench.words(['sh', '-c', script]).map(quoted);
  shell = new Shell(bench.work);
  shell.send(`${words.join(' ')}; echo "status=$?"\n`);
  return { shell, bench };
}

const state = (pid: number) => /^State:\s*(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

describe('on a terminal', () => {
  kernelTest('Ctrl-C is for the command, and reaches it once', async () => {
    const { shell, bench } = start('trap "echo interrupted; exit 3" INT; echo rea"dy"; while :; do sleep 0.05; done');
    await shell.sees(/ready/);
    shell.send(CTRL.C);
    await shell.sees(/interrupted[\s\S]*status=3/);
    expect(shell.count('interrupted\r')).toBe(1);
    expect(bench.messages().at(-1)).toMatchObject({ type: expect.stringMatching(/[SD]/) });
  });

  kernelTest('a command that dies of Ctrl-C or Ctrl-\\', async () => {
    const { shell } = start('echo rea"dy"; exec sleep 100');
    await shell.sees(/ready/);
    shell.send(CTRL.C);
    await shell.sees(/status=130/);
    const second = start('ulimit -c 0; echo rea"dy"; exec sleep 100');
    await second.shell.sees(/ready/);
    second.shell.send(CTRL.BACKSLASH);
    await second.shell.sees(/status=131/);
  });

  kernelTest('Ctrl-Z stops the command and gives the terminal back; the recorder goes on; fg continues', async () => {
    const { shell, bench } = start('echo pid=$$; while [ ! -e go ]; do sleep 0.05; done; echo fini"shed"; exit 4');
    const [, pid] = await shell.sees(/pid=(\d+)/);
    shell.send(CTRL.Z);
    await shell.sees(/Stopped/);
    await until(() => (state(Number(pid)) === 'T' ? true : undefined), 'the stopped command');
    const recorder = bench.messages().find((message) => message.type === 'start')?.pid as number;
    expect(state(recorder)).not.toBe('T');
    shell.send('touch go; fg\n');
    await shell.sees(/finished[\s\S]*prompt> /);
    shell.send('echo "then=$?"\n');
    await shell.sees(/then=4/);
  });

  kernelTest('a command that reads is in the foreground', async () => {
    const { shell } = start('echo rea"dy"; read line; echo "got <$line>"');
    await shell.sees(/ready/);
    shell.send('some words\n');
    await shell.sees(/got <some words>[\s\S]*status=0/);
  });

  kernelTest('an interactive shell as the command has job control of its own', async () => {
    const { shell } = start('PS1="inner> " exec bash --norc --noprofile -i');
    await shell.sees(/inner> /);
    shell.send(`sh -c 'echo rea"dy"; exec sleep 100'\n`);
    await shell.sees(/ready/);
    shell.send(CTRL.Z);
    await shell.sees(/Stopped/);
    shell.send('kill %1; exit 5\n');
    shell.send('exit 5\n');
    await shell.sees(/status=5/);
  });
});
