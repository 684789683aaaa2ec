import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { LauncherBench, quoted, until } from '../support/launcher.js';
import { tempFolders } from '../support/temp-folder.js';
import { Terminal } from '../tui/support/terminal.js';

const temp = tempFolders();
let terminal: Terminal | undefined;
afterEach(() => terminal?.close());

/** A command below the launcher in a shell with job control, which then prints `status N`. */
async function start(script: string): Promise<{ screen: Terminal; bench: LauncherBench }> {
  const bench = new LauncherBench(temp());
  const file = join(bench.work, 'run.sh');
  writeFileSync(file, `cd ${bench.work}; exec ${bench.words(['sh', '-c', script]).map(quoted).join(' ')}\n`);
  const screen = await Terminal.start(`sh ${file}`);
  terminal = screen;
  return { screen, bench };
}

const state = (pid: number) => /^State:\s*(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

describe('on a terminal', () => {
  kernelTest('Ctrl-C is for the command, and reaches it once', async () => {
    const { screen, bench } = await start(
      'trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.05; done',
    );
    await screen.until(/ready$/m);
    const shown = await screen.press('C-c', /^status 3$/m);
    expect(shown.split('interrupted').length - 1).toBe(1);
    expect(bench.messages().find((message) => message.type === 'S')).toEqual({ type: 'S', status: 3 << 8 });
  });

  for (const [key, status] of Object.entries({ 'C-c': 130, 'C-\\': 131 })) {
    kernelTest(`a command that dies of ${key}`, async () => {
      const { screen } = await start('ulimit -c 0; echo ready; exec sleep 100');
      await screen.until(/ready$/m);
      await screen.press(key, new RegExp(`status ${status}$`, 'm')); // after the key's own echo
    });
  }

  kernelTest('Ctrl-Z stops the command and gives the terminal back; the recorder goes on; fg continues', async () => {
    const { screen, bench } = await start('echo pid=$$; while [ ! -e go ]; do sleep 0.05; done; echo finished; exit 4');
    const pid = Number(/^pid=(\d+)$/m.exec(await screen.until(/^pid=\d+$/m))?.[1]);
    await screen.press('C-z', /Stopped/);
    await until(() => (state(pid) === 'T' ? true : undefined), 'the stopped command');
    const recorder = bench.messages().find((message) => message.type === 'start')?.pid as number;
    expect(state(recorder)).not.toBe('T');
    await screen.type(`touch ${bench.work}/go; fg; echo "then $?"`);
    await screen.press('Enter', /^finished\n[\s\S]*^then 4$/m);
  });

  kernelTest('a command that reads is in the foreground', async () => {
    const { screen } = await start('echo ready; read line; echo "got <$line>"');
    await screen.until(/ready$/m);
    await screen.type('some words');
    await screen.press('Enter', /^got <some words>\nstatus 0$/m);
  });

  kernelTest('an interactive shell as the command has job control of its own', async () => {
    const { screen } = await start('PS1="inner> " exec sh -i');
    await screen.until(/^inner>$/m);
    await screen.type("sh -c 'echo ready; exec sleep 100'");
    await screen.press('Enter', /^ready$/m);
    await screen.press('C-z', /Stopped[\s\S]*^inner>$/m);
    await screen.type('kill -9 %1; fg; exit 5');
    await screen.press('Enter', /^status 5$/m);
  });
});
