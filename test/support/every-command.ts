/** Runs what dk can do with a bundle, in this process, and checks what must hold whatever the bundle says. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../unit/cli/run-cli.js';

/** Exit codes that are an answer; 70 is a defect of dk. */
const ANSWERS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5]);
/** Of processor time: a hang is what is looked for, on machines that do other things too. */
const MOST_MS = 4000;
/** A long answer may take its time: thousands of levels have paths that long. */
const MOST_MS_PER_BYTE = 100 / 1e6;
/** Line ends, tabs and the CR before LF of a patch are no harm. */
const HARMFUL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/;

export const COMMANDS: readonly (readonly string[])[] = [
  ['log', 'BUNDLE'],
  ['log', 'BUNDLE', '--json'],
  ['show', 'BUNDLE', '1'],
  ['show', 'BUNDLE', 'end', '--json'],
  ['tree', 'BUNDLE'],
  ['tree', 'BUNDLE', '/', '--json'],
  ['cat', 'BUNDLE', 'f@end', '--json'],
  ['cat', 'BUNDLE', 'nothing-of-that-name'],
  ['diff', 'BUNDLE', 'start', 'end', '--stat'],
  ['diff', 'BUNDLE', 'start', 'end', '--json'],
  ['find', 'BUNDLE', '/(.*)*zzz/'],
  ['verify', 'BUNDLE'],
  ['verify', 'BUNDLE', '--json'],
  ['checkout', 'BUNDLE', '--to', 'OUT'],
  ['checkout', 'BUNDLE', '--all', '--to', 'OUT'],
  ['import', 'BUNDLE'],
  ['verify', '@last'],
  ['export', '@last', '-o', 'EXPORTED', '--with-base'],
  ['rm', '@last'],
];

/** What is wrong, one sentence each. `sandbox`: an empty folder. */
export async function faultsOf(bundle: string, sandbox: string, commands = COMMANDS): Promise<string[]> {
  const faults: string[] = [];
  const [inner, home] = [join(sandbox, 'inner'), join(sandbox, 'home')];
  mkdirSync(inner);
  const words: Record<string, string> = {
    BUNDLE: bundle,
    OUT: join(inner, 'out'),
    EXPORTED: join(sandbox, 'e.dk.zip'),
  };
  for (const command of commands) {
    const began = process.cpuUsage();
    const { code, stdout, stderr } = await runCli(
      command.map((word) => words[word] ?? word),
      { home },
    );
    const { user, system } = process.cpuUsage(began);
    const ms = Math.round((user + system) / 1000);
    const named = command.join(' ');
    if (!ANSWERS.has(code)) faults.push(`${named} ended with ${code}: ${stderr.slice(0, 300)}`);
    if (ms > MOST_MS + MOST_MS_PER_BYTE * stdout.length) faults.push(`${named} took ${ms} ms`);
    for (const text of [stdout, stderr]) {
      const harm = HARMFUL.exec(text);
      if (harm !== null)
        faults.push(`${named} printed ${JSON.stringify(text.slice(harm.index - 20, harm.index + 20))}`);
    }
    if (readdirSync(inner).some((name) => name !== 'out')) faults.push(`${named} wrote beside its folder`);
    // Node's own removal recurses, and fails below thousands of levels.
    if (existsSync(join(inner, 'out'))) execFileSync('rm', ['-rf', '--', join(inner, 'out')]);
  }
  const beside = readdirSync(sandbox).filter((name) => !['inner', 'home', 'e.dk.zip'].includes(name));
  if (beside.length > 0) faults.push(`${beside.join(' ')} stands beside what was asked for`);
  return faults;
}
