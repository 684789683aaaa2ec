import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The pager the user wants, reading from its stdin; undefined when there is none. */
export function startPager(env: NodeJS.ProcessEnv): ChildProcess | undefined {
  const wanted = env.PAGER ?? (onPath('less', env) ? 'less -FRX' : '');
  if (wanted === '' || wanted === 'cat') return undefined;
  // A pager set without options gets the ones that make colours and short output work.
  const pagerEnv = { LESS: 'FRX', LESSCHARSET: 'utf-8', ...env };
  return spawn('/bin/sh', ['-c', wanted], { stdio: ['pipe', 'inherit', 'inherit'], env: pagerEnv });
}

export function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(':').some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}
