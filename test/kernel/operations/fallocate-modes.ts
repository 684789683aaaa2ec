import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FALLOC } from './constants.js';

/** Modes that not every filesystem has, and how util-linux's fallocate asks for them. */
const OPTIONAL: readonly [mode: number, option: string][] = [
  [FALLOC.ZERO_RANGE, '--zero-range'],
  [FALLOC.COLLAPSE_RANGE, '--collapse-range'],
  [FALLOC.INSERT_RANGE, '--insert-range'],
];

/** Tries each in the temporary folder. The result says whether the filesystem has a mode. */
export function fallocateModes(): (mode: number) => boolean {
  const folder = mkdtempSync(join(tmpdir(), 'dk-test-'));
  const file = join(folder, 'f');
  const tryIt = (...args: string[]) => spawnSync('fallocate', [...args, file]).status === 0;
  try {
    tryIt('--length', '16384');
    const missing = OPTIONAL.filter(([, option]) => !tryIt(option, '--offset', '4096', '--length', '4096'));
    return (mode) => missing.every(([one]) => (mode & one) === 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
