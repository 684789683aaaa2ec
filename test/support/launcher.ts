import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type LauncherRecord,
  NO_PARENT,
  NODE_FLAGS,
  type NodeRecord,
  manifestRecords,
} from '../../src/journal/node-records.js';
import { PreimageLog } from '../../src/journal/preimage-log.js';
import { PROJECT_DIR } from './kernel.js';
import { compiled } from './record.js';

/** Set DK_LAUNCHER to test another build than the project's. */
const LAUNCHER = process.env.DK_LAUNCHER ?? join(PROJECT_DIR, 'build', 'Release', 'dk-launcher');
const STUB = join(PROJECT_DIR, 'test', 'kernel', 'fixtures', 'recorder-stub.mjs');
const DEADLINE_MS = 60_000;

/** What recorder-stub.mjs can be told to do. */
export interface StubOptions {
  waitFor?: string[];
  neverGo?: boolean;
  exitAtOnce?: number;
  exitCode?: number;
  signal?: number;
  dieAfterStart?: string;
  releaseAndExit?: number;
  hangAtEnd?: boolean;
  /** Ask for sudo when it may not record. */
  elevate?: boolean;
}

export interface LaunchOptions extends StubOptions {
  /** Lines of the plan in place of the bench's own. */
  plan?: string[];
  extraPlan?: string[];
  env?: NodeJS.ProcessEnv;
  stdio?: StdioOptions;
  /** Words that run the launcher, like `nohup`. */
  through?: string[];
}

export type Message = { type: string } & Record<string, unknown>;

export interface Launched {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  messages: Message[];
}

export interface SavedNode extends NodeRecord {
  /** The saved content; undefined when none was saved or it never became complete. */
  content: Buffer | undefined;
}

export interface Installation {
  launcher: string;
  /** What takes the recorder's place. */
  program: string;
}

/** An installation with the stub as its program: who owns `folder` owns it. */
export function makeInstallation(folder: string): Installation {
  const launcher = join(folder, 'build/Release/dk-launcher');
  const program = join(folder, 'dist/program/main.js');
  const stamp = join(folder, 'build/stamps/ready');
  for (const file of [launcher, program, stamp]) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  copyFileSync(LAUNCHER, launcher);
  copyFileSync(STUB, program);
  writeFileSync(stamp, `${process.execPath}\n${realpathSync(process.execPath)}\n`);
  return { launcher, program };
}

/** One launcher with the stub as its recorder: `work` is the root of the base, `recording` the recording's directory. */
export class LauncherBench {
  readonly work: string;
  readonly recording: string;
  private readonly messageFile: string;

  constructor(
    private readonly folder: string,
    readonly installation: Installation = { launcher: LAUNCHER, program: STUB },
  ) {
    this.work = join(folder, 'work');
    this.recording = join(folder, 'recording');
    this.messageFile = join(folder, 'messages');
    for (const dir of [this.work, this.recording]) mkdirSync(dir, { recursive: true });
  }

  /** The command line of a launcher with the stub. */
  words(command: readonly string[], options: LaunchOptions = {}): string[] {
    const { env: _env, stdio: _stdio, through = [], extraPlan = [], ...stub } = options;
    const plan = options.plan ?? [`dir=${this.recording}`, `root=${this.work}`, `skip=${this.recording}`, ...extraPlan];
    writeFileSync(this.messageFile, '', { mode: 0o666 });
    chmodSync(this.messageFile, 0o666);
    const { launcher, program } = this.installation;
    const stubWords = [program, 'run', this.messageFile, JSON.stringify({ ...stub, plan })];
    return [...through, launcher, process.execPath, ...stubWords, ...command];
  }

  start(command: readonly string[], options: LaunchOptions = {}): Running {
    const words = this.words(command, options);
    const child = spawn(words[0] as string, words.slice(1), {
      cwd: this.work,
      env: options.env ?? process.env,
      stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
    });
    return new Running(child, () => this.messages());
  }

  run(command: readonly string[], options: LaunchOptions = {}): Promise<Launched> {
    return this.start(command, options).done;
  }

  /** The same command without the launcher. */
  direct(command: readonly string[], options: LaunchOptions = {}): Promise<Launched> {
    const words = [...(options.through ?? []), ...command];
    const stdio = options.stdio ?? ['ignore', 'pipe', 'pipe'];
    const child = spawn(words[0] as string, words.slice(1), { cwd: this.work, env: options.env ?? process.env, stdio });
    return new Running(child, () => []).done;
  }

  /** Makes the system calls of a script for test/oracle/calls.c in the work folder. */
  async calls(script: readonly string[], options: LaunchOptions = {}): Promise<Launched> {
    const file = join(this.folder, 'script');
    writeFileSync(file, `${script.join('\n')}\n`);
    const program = await compiled('test/oracle/calls.c');
    const launched = await this.run([program, file], options);
    if (launched.code !== 0) throw new Error(`the calls failed (${launched.code}): ${launched.stderr}`);
    return launched;
  }

  base(): NodeRecord[] {
    return [...manifestRecords(readFileSync(join(this.recording, 'base.bin')))].filter(isNode);
  }

  /** Every node record of the pre-image log, in order; one that names its entry of the base gets that one's path. */
  saved(): SavedNode[] {
    const log = new PreimageLog(join(this.recording, 'preimage'));
    const base = this.base();
    return [...log.poll()].map((record) => ({ ...named(record, base), content: contentOf(log, record.blob) }));
  }

  /** What was copied of a content above the limit. */
  copied(blob: number): ReturnType<PreimageLog['copied']> {
    const log = new PreimageLog(join(this.recording, 'preimage'));
    for (const _ of log.poll());
    return log.copied(blob);
  }

  /** The records about a path of the work folder. */
  savedOf(name: string): SavedNode[] {
    return this.saved().filter((record) => record.name === join(this.work, name));
  }

  /** What the stub has noted so far. */
  messages(): Message[] {
    if (!existsSync(this.messageFile)) return [];
    const lines = readFileSync(this.messageFile, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Message);
  }
}

export class Running {
  readonly done: Promise<Launched>;
  private readonly out: Buffer[] = [];

  constructor(
    readonly child: ChildProcess,
    /** What the stub has noted so far. */
    readonly messages: () => Message[],
  ) {
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => this.out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    this.done = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        const stderr = Buffer.concat(err).toString();
        resolve({ code, signal, stdout: Buffer.concat(this.out).toString(), stderr, messages: messages() });
      });
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Waits until the command has printed `text`. */
  async output(text: string): Promise<void> {
    await until(() => (Buffer.concat(this.out).includes(text) ? true : undefined), `output ${text}`);
  }

  /** The first message of that type, as soon as it is there. */
  async message(type: string): Promise<Message> {
    return until(() => this.messages().find((message) => message.type === type), `message ${type}`);
  }
}

/** A word as a shell must be given it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** False for a zombie too, which only waits for its parent. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Polls until `probe` gives something. */
export async function until<T>(probe: () => T | undefined, what: string): Promise<T> {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await delay(5);
  }
}

function isNode(record: LauncherRecord): record is NodeRecord {
  return record.kind !== 'blob' && record.kind !== 'range';
}

function named(record: NodeRecord, base: readonly NodeRecord[]): NodeRecord {
  if ((record.flags & NODE_FLAGS.inBase) === 0) return record;
  const names: string[] = [];
  for (let at = record.parent; at !== NO_PARENT; at = (base[at] as NodeRecord).parent)
    names.unshift((base[at] as NodeRecord).name);
  return { ...record, name: names.join('/'), flags: record.flags & ~NODE_FLAGS.inBase, parent: NO_PARENT };
}

function contentOf(log: PreimageLog, blob: number): Buffer | undefined {
  const at = blob === 0 ? undefined : log.locate(blob);
  if (at === undefined) return undefined;
  const content = Buffer.alloc(at.length);
  const fd = openSync(at.file, 'r');
  try {
    if (readSync(fd, content, 0, at.length, at.offset) !== at.length) throw new Error(`${at.file} is too short`);
  } finally {
    closeSync(fd);
  }
  return content;
}
