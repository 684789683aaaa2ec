import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/catalog/store.js';
import type { RecordingInfo } from '../../src/catalog/types.js';
import type { DkEvent } from '../../src/events/event.js';
import { openIndex } from '../../src/index/open-index.js';
import { liveFiles } from '../../src/timeline/live-files.js';
import { openRecording } from '../../src/timeline/recording.js';
import type { Recording } from '../../src/timeline/types.js';
import { expect } from 'vitest';
import { capture } from './journal-fixture.js';
import { DK, PROJECT_DIR } from './kernel.js';

/** Where the journals of recordings go that tests make: fixtures for test/ingest (CONTRIBUTING.md). */
const CAPTURED = process.env.DK_CAPTURE_JOURNALS;

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
}

/** Runs a program to its end and collects what it says. Never through a shell. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [file, ...args] = argv as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    // A program that does not read its input may be gone before it is written.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** A store, and a folder to record in, both below one temporary folder. */
export class Bench {
  readonly home: string;
  readonly work: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(readonly folder: string) {
    this.home = join(folder, 'home');
    this.work = join(folder, 'work');
    mkdirSync(this.work, { recursive: true });
    this.env = { ...process.env, DK_HOME: this.home, DK_SETUP: 'skip', NO_COLOR: '1' };
    if (CAPTURED !== undefined) this.env.DK_KEEP_JOURNAL = '1';
  }

  /** `dk ARGS…` in the folder. */
  dk(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run([DK, ...args], { cwd: this.work, ...options, env: { ...this.env, ...options.env } });
  }

  /** `dk run --no-tui [OPTIONS] -- ARGV…`; the summary must be there. */
  async record(
    argv: readonly string[],
    options: RunOptions & { dkOptions?: readonly string[] } = {},
  ): Promise<Recorded> {
    const { dkOptions = [], ...rest } = options;
    const done = await this.dk(['run', '--no-tui', ...dkOptions, '--', ...argv], rest);
    const summary = /dk: recorded (\S+) · .*\n$/.exec(done.stderr);
    if (summary === null) {
      throw new Error(`dk run left no summary (exit code ${done.code}). Its stderr:\n${done.stderr}`);
    }
    const id = summary[1] as string;
    if (CAPTURED !== undefined) await this.capture(id, CAPTURED);
    return { ...done, id, summary: summary[0].trimEnd() };
  }

  private async capture(id: string, folder: string): Promise<void> {
    const { currentTestName = 'run' } = expect.getState();
    const name = currentTestName
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 80);
    const { cwd, excludes } = this.info(id);
    await capture(join(this.home, 'recordings', id), { cwd, excludes }, folder, name);
  }

  info(id: string): RecordingInfo {
    return openStore(this.home).info(id);
  }

  /** Opens a recording with the library; close it. */
  async open(id: string): Promise<Recording> {
    return openStored(this.home, id);
  }

  /** The events as `dk log --json` prints them. */
  async log(id: string, args: readonly string[] = []): Promise<Record<string, unknown>[]> {
    const done = await this.dk(['log', id, '--json', ...args]);
    if (done.code !== 0) throw new Error(`dk log exited with ${done.code}: ${done.stderr}`);
    return jsonLines(done.stdout);
  }
}

export interface Recorded extends Finished {
  id: string;
  /** The one line that `dk run` adds to stderr. */
  summary: string;
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function openStored(home: string, id: string): Promise<Recording> {
  const store = openStore(home);
  const folder = store.folderOf(id);
  const base = join(folder, 'base.bin');
  const blobs = store.blobs();
  const recording = await openRecording({
    info: store.info(id),
    index: await openIndex(folder),
    blobs,
    base: existsSync(base) ? readFileSync(base) : undefined,
    live: liveFiles,
  });
  return Object.assign(recording, {
    close: async () => {
      await Object.getPrototypeOf(recording).close.call(recording);
      blobs.close();
      store.close();
    },
  });
}

export async function allEvents(recording: Recording): Promise<DkEvent[]> {
  const events: DkEvent[] = [];
  for await (const event of recording.events()) events.push(event);
  return events;
}

/** Compiles a C program of the tests, once per content and machine. */
export async function compiled(source: string, flags: readonly string[] = []): Promise<string> {
  const from = join(PROJECT_DIR, source);
  const folder = join(PROJECT_DIR, 'build', 'test-programs');
  const to = join(folder, source.replace(/[/.]/g, '-'));
  const stamp = `${to}.source`;
  const text = readFileSync(from, 'utf8');
  if (existsSync(to) && existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return to;
  mkdirSync(folder, { recursive: true });
  const done = await run(['cc', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread', '-o', to, from, ...flags]);
  if (done.code !== 0) throw new Error(`${source} does not compile:\n${done.stderr}`);
  writeFileSync(stamp, text);
  return to;
}
