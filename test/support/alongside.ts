import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DK, PROJECT_DIR } from './kernel.js';
import { Bench, run } from './record.js';

/** How something went, with `./run` either starting its arguments or recording them. */
export type How = 'plain' | 'recorded';

/** Waits for the expression in what the terminal showed since the step before, then types; null hangs up. */
export type Step = [expected: string, keys: string | null];

const TERMINAL = join(PROJECT_DIR, 'test', 'kernel', 'on-terminal.py');

/** A folder with a program `run` in it, which is the only difference between the two ways. */
export function bench(folder: string, how: How, dkOptions: readonly string[] = []): Bench {
  const at = new Bench(join(folder, how));
  const words = how === 'plain' ? '' : `${DK} run --no-tui ${dkOptions.join(' ')} -- `;
  writeFileSync(join(at.work, 'run'), `#!/bin/sh\nexec ${words}"$@"\n`);
  chmodSync(join(at.work, 'run'), 0o755);
  return at;
}

/** The command on a terminal of its own: what it showed, and its wait status. */
export async function onTerminal(
  at: Bench,
  steps: readonly Step[],
  command: readonly string[],
): Promise<{ text: string; status: number | null }> {
  const env = { ...at.env, HISTFILE: '/dev/null', INPUTRC: '/dev/null', TERM: 'dumb' };
  const done = await run(['python3', TERMINAL, JSON.stringify(steps), ...command], { cwd: at.work, env });
  if (done.code !== 0) throw new Error(`the terminal failed: ${done.stderr}`);
  const { text, status } = JSON.parse(done.stdout) as { text: string; status: number | null };
  return { text: withoutDk(text).replaceAll(at.work, 'WORK'), status };
}

/** Without dk's own line, and with process ids that do not differ. */
export function withoutDk(text: string): string {
  return text.replace(/dk: recorded .*\n/g, '').replace(/^(\[\d+\][ +-]*) \d+$/gm, '$1 PID');
}
