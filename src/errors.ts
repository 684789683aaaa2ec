/**
 * The one error type. `message` says what failed and names the object; `hint` says what to do.
 * `code` is what callers match on, never the text.
 */
export type ErrorCode =
  | 'usage' // the command line is wrong
  | 'not-found' // no such recording, event or path
  | 'damaged' // stored data fails its checks
  | 'unsupported' // not possible on this machine
  | 'io' // the operating system refused
  | 'store-full' // no space left for the store
  | 'unknown-bytes' // the content was never captured and is not presented as if it were
  | 'answer-no' // the question was answered with no (verify differs)
  | 'interrupted'
  | 'internal';

/** Exit code of every command except `dk run` (CLI.md, "Exit codes"). */
export const EXIT_CODES: Record<ErrorCode, number> = {
  usage: 2,
  'not-found': 3,
  damaged: 4,
  unsupported: 5,
  io: 5,
  'store-full': 5,
  'unknown-bytes': 4,
  'answer-no': 1,
  interrupted: 130,
  internal: 70,
};

export class DkError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DkError';
    this.code = code;
    this.hint = hint;
  }
}

/** Asserts an invariant, in release builds too. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) {
    throw new DkError(
      'internal',
      `An internal check failed: ${what}.`,
      'Please report it with the output of DK_DEBUG=1.',
    );
  }
}
