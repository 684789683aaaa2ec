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

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes: 64M, 1.5GiB, 4096. Units are powers of 1024. */
export function parseSize(command: string, option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const factor = UNITS[(unit ?? '?').toLowerCase()];
  if (number === undefined || factor === undefined)
    throw usage(command, `wants a size like 64M after ${option}, not "${text}"`);
  return Math.round(Number(number) * factor);
}
