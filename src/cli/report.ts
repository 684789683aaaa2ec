import { DkError, EXIT_CODES } from '../errors.js';
import type { Context } from './commands/command.js';
import { printable } from './output/escape.js';
import { OutputClosed } from './output/output.js';

/** Prints what failed and what to do, on stderr; returns the exit code. The one place where errors become text. */
export function report(thrown: unknown, context: Context, failureCode?: number): number {
  if (thrown instanceof OutputClosed) return 0;
  const error = thrown instanceof DkError ? thrown : translate(thrown);
  const { stderr, env } = context.io;
  const named = error.message.startsWith('dk ') ? '' : 'dk: ';
  stderr.write(`${named}${printable(error.message)}\n${error.hint === '' ? '' : `${printable(error.hint)}\n`}`);
  if (env.DK_DEBUG === '1') stderr.write(`${stackOf(thrown)}\n`);
  return failureCode ?? EXIT_CODES[error.code];
}

/** Errors of the operating system keep their reason; anything else is a defect of dk and says so. */
function translate(thrown: unknown): DkError {
  const error: NodeJS.ErrnoException = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new DkError(
      'store-full',
      `There is no space left${at(error)}.`,
      'Free some space, or remove recordings with: dk rm REC',
      error,
    );
  }
  if (error.code !== undefined && error.syscall !== undefined) {
    const reason = error.message.replace(/^E[A-Z]+: /, '').replace(/,.*$/s, '');
    return new DkError(
      'io',
      `The system refused ${error.syscall}${at(error)}: ${reason}.`,
      'Check that path and its permissions.',
      error,
    );
  }
  return new DkError(
    'internal',
    `dk stopped at an unexpected error: ${error.message.replace(/\.?\s*$/, '.')}`,
    'Run it again with DK_DEBUG=1 and report what it prints.',
    error,
  );
}

function at(error: NodeJS.ErrnoException): string {
  return error.path === undefined ? '' : ` at ${error.path}`;
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? '' : `\ncaused by: ${stackOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}
