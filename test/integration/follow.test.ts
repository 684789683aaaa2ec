/** Reading a recording while another process makes it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { openStore } from '../../src/catalog/store.js';
import { DK, kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { tempFolders } from '../support/temp-folder.js';

const folder = tempFolders();
const LAUNCHER = join(PROJECT_DIR, 'build', 'Release', 'dk-launcher');
/** DK_DIST: a build elsewhere. */
const MAIN =
  process.env.DK_DIST === undefined ? undefined : [process.execPath, resolve(process.env.DK_DIST, 'program/main.js')];

function start(args: readonly string[], cwd: string, home: string) {
  const own = MAIN === undefined ? [DK] : args[0] === 'run' ? [LAUNCHER, ...MAIN] : MAIN;
  const [program = '', ...rest] = [...own, ...args];
  return spawn(program, rest, { cwd, env: { ...process.env, DK_HOME: home }, stdio: ['ignore', 'pipe', 'inherit'] });
}

kernelTest('dk log --follow prints what is recorded as it happens, numbered as it will be', async () => {
  const [cwd, home] = [folder(), folder()];
  const gate = join(folder(), 'gate');
  execFileSync('mkfifo', [gate]);
  const run = start(
    ['run', '--no-tui', '--', 'sh', '-c', `echo 1 > one; read x < ${gate}; echo 2 > two; mv two three`],
    cwd,
    home,
  );
  await recordingBegan(home);

  const interrupted = start(['log', '--follow'], cwd, home);
  await once(interrupted.stdout, 'data');
  interrupted.kill('SIGINT');
  expect(await once(interrupted, 'close')).toEqual([130, null]);

  const follow = start(['log', '--follow', '--json'], cwd, home);
  const lines: string[] = [];
  for await (const line of createInterface({ input: follow.stdout })) {
    lines.push(line);
    const { kind, path } = parse(line);
    if (kind === 'file.write' && path.endsWith('/one')) writeFileSync(gate, 'go\n');
  }
  expect((await Promise.all([once(follow, 'close'), run.exitCode ?? once(run, 'close')]))[0][0]).toBe(0);

  const log = start(['log', '--json'], cwd, home);
  const final: string[] = [];
  for await (const line of createInterface({ input: log.stdout })) final.push(line);
  expect(lines.map(parse)).toEqual(final.map(parse));
  expect(
    final
      .map(parse)
      .filter(({ kind }) => /^(file|path)\./.test(kind))
      .map(({ kind, path }) => `${kind} ${path.slice(cwd.length + 1)}`),
  ).toEqual(['file.create one', 'file.write one', 'file.create two', 'file.write two', 'path.rename two']);
});

const parse = (line: string) => JSON.parse(line);

/** The store lists the recording as soon as the session has begun. */
async function recordingBegan(home: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (openStore(home).list().length === 0) {
    if (Date.now() > deadline) throw new Error('the recording did not begin');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
