import { DkError } from '../../errors.js';

export function noOperands(command: string, operands: readonly string[]): void {
  if (operands.length > 0) throw usage(command, `takes no arguments, but got "${operands[0]}"`);
}

/** `dk COMMAND PROBLEM.`, with the way to its help. */
export function usage(command: string, problem: string): DkError {
  return new DkError('usage', `dk ${command} ${problem}.`, `See how it is used with: dk help ${command}`);
}

/** A count from the command line. */
export function positiveInteger(command: string, option: string, text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw usage(command, `wants a whole number after ${option}, not "${text}"`);
}
