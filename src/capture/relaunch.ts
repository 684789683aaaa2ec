import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DkError } from '../errors.js';
import { toBytes } from '../events/byte-string.js';
import { addon } from '../native/addon.js';
import type { LauncherLink } from './launcher.js';

const LAUNCHER_BINARY = fileURLToPath(new URL('../../build/Release/dk-launcher', import.meta.url));

/**
 * For a program that was started without the launcher: becomes it, to be run below it again. The command then finds what
 * this process has, which Node has changed a little (the limit on open files). `args`: of this program, as byte strings.
 */
export function relaunch(args: readonly string[]): never {
  const words = [LAUNCHER_BINARY, process.execPath, process.argv[1] as string, ...args];
  try {
    return addon().execute(...words.map((word) => toBytes(word)));
  } catch (cause) {
    throw noLauncher(cause);
  }
}

/** The environment that the launcher above this process was started with; a recorder gets but a few variables of it. */
export function launchersEnvironment(): Record<string, string> {
  const variables = readFileSync(`/proc/${process.ppid}/environ`, 'utf8').split('\0').slice(0, -1);
  return Object.fromEntries(
    variables.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}

/**
 * Runs this program with `args` below a launcher of its own, for a command that finds the variables of `env`. Resolves to the exit
 * code as a shell shows it, and the signal, 0 for none.
 */
export async function runBelowLauncher(
  link: LauncherLink,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; signal: number }> {
  const { execa } = await import('execa');
  const child = execa(LAUNCHER_BINARY, ['--with-parent', process.execPath, ...args], {
    stdio: 'inherit',
    env,
    extendEnv: false,
    reject: false,
  });
  if (child.pid !== undefined) link.standIn(child.pid);
  const { exitCode, signal: name, cause } = await child;
  link.standIn(0);
  if (exitCode === undefined && name === undefined) throw noLauncher(cause);
  const signal = name === undefined ? 0 : constants.signals[name as NodeJS.Signals];
  return { code: exitCode ?? 128 + signal, signal };
}

function noLauncher(cause: unknown): DkError {
  return new DkError(
    'unsupported',
    `The launcher ${LAUNCHER_BINARY} could not be started.`,
    'Build it with `npm run build`.',
    cause,
  );
}
