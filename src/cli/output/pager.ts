import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The pager the user wants, reading from its stdin; undefined when there is none. */
export function startPager(env: NodeJS.ProcessEnv): ChildProcess | undefined {
  const usual = onPath('less', env) ? 'less -FRX' : '';
  // A program that is not there would swallow what it is to show.
  const wanted = env.PAGER === undefined || namesMissingProgram(env.PAGER, env) ? usual : env.PAGER;
  if (wanted === '' || wanted === 'cat') return undefined;
  // A pager set without options gets the ones that make colours and short output work.
  const pagerEnv = { LESS: 'FRX', LESSCHARSET: 'utf-8', ...env };
  return spawn('/bin/sh', ['-c', wanted], { stdio: ['pipe', 'inherit', 'inherit'], env: pagerEnv });
}

/** Only where the first word is a plain name or path: a shell may make anything of the others. */
function namesMissingProgram(command: string, env: NodeJS.ProcessEnv): boolean {
  const name = /^\s*([\w./+-]+)(?:\s|$)/.exec(command)?.[1];
  return name !== undefined && !(name.includes('/') ? isExecutable(name) : onPath(name, env));
}

export function onPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(':').some((dir) => dir !== '' && isExecutable(join(dir, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
