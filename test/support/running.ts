import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DK } from './kernel.js';
import type { Bench } from './record.js';

/** A busy machine takes its time. */
const PATIENCE_MS = 60_000;
const POLL_MS = 2;

export interface Running {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  said(text: string): Promise<void>;
  /** The exit code, when everything has been read. */
  ended: Promise<number | null>;
}

/** `dk run` of a command that goes on until it is told otherwise. */
export function start(at: Bench, argv: readonly string[], options: readonly string[] = []): Running {
  const child = spawn(DK, ['run', '--no-tui', ...options, '--', ...argv], { cwd: at.work, env: at.env });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => out.push(data));
  child.stderr.on('data', (data: Buffer) => err.push(data));
  const stdout = () => Buffer.concat(out).toString();
  return {
    process: child,
    stdout,
    stderr: () => Buffer.concat(err).toString(),
    said: (text) => until(() => stdout().includes(text)),
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
}

/** Every process below that one. */
export function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
    .filter(Boolean);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** The Node process below what was started as dk. */
export function recorderOf(dk: number): number {
  const all = descendants(dk);
  const node = all.find((pid) => /^[^\0]*node\0[^\0]*main\.js\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')));
  if (node === undefined) throw new Error(`no recorder among ${all.join(' ')}, below ${dk}`);
  return node;
}

/** Waits until the journal holds the events of `name` in the folder: what has not reached the disk cannot be found again. */
export async function inJournal(at: Bench, name: string): Promise<void> {
  const folder = join(at.home, 'recordings');
  await until(() => {
    const [id] = readdirSync(folder);
    const journal = join(folder, id as string, 'journal');
    if (!existsSync(journal)) return false;
    return readdirSync(journal).some((file) => readFileSync(join(journal, file)).includes(`${name}\0work\0`));
  });
}

/** Waits for a condition, not for a time. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > giveUp) throw new Error(`gave up waiting for ${condition.toString()}`);
    await delay(POLL_MS); // without a pause it would take a processor from what it waits for
  }
}
