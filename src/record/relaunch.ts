import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DkError } from '../errors.js';

export const LAUNCHER_BINARY = fileURLToPath(new URL('../../build/Release/dk-launcher', import.meta.url));

/**
 * For a program that was started without the launcher: runs itself again below it and takes over its exit status.
 * The command then finds what this process has, which Node has changed a little (the limit on open files).
 */
export async function relaunch(args: readonly string[] = process.argv.slice(1)): Promise<never> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {}); // the terminal tells the child too
  process.exit(await runBelowLauncher(args));
}

/** The environment that the launcher above this process was started with; a recorder gets but a few variables of it. */
export function launchersEnvironment(): Record<string, string> {
  const variables = readFileSync(`/proc/${process.ppid}/environ`, 'utf8').split('\0').slice(0, -1);
  return Object.fromEntries(
    variables.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}

/**
 * Runs this program with `args` below a launcher of its own, for a command that finds the variables of `env`; resolves to
 * the exit status as a shell shows it.
 */
export async function runBelowLauncher(args: readonly string[], env = process.env): Promise<number> {
  const { execa } = await import('execa');
  const { exitCode, signal, cause } = await execa(LAUNCHER_BINARY, [process.execPath, ...args], {
    stdio: 'inherit',
    env,
    extendEnv: false,
    reject: false,
  });
  if (exitCode !== undefined) return exitCode;
  if (signal !== undefined) return 128 + constants.signals[signal as NodeJS.Signals];
  throw new DkError(
    'unsupported',
    `The launcher ${LAUNCHER_BINARY} could not be started.`,
    'Build it with `npm run build`.',
    cause,
  );
}
