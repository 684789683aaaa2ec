import { spawn } from 'node:child_process';
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

/** Runs this program with `args` below a launcher of its own; resolves to the exit status as a shell shows it. */
export function runBelowLauncher(args: readonly string[]): Promise<number> {
  const child = spawn(LAUNCHER_BINARY, [process.execPath, ...args], { stdio: 'inherit' });
  return new Promise<number>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(
        new DkError(
          'unsupported',
          `The launcher ${LAUNCHER_BINARY} could not be started.`,
          'Build it with `npm run build`.',
          cause,
        ),
      );
    });
    child.on('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
