import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DkError, invariant } from '../errors.js';
import { toBytes } from '../events/byte-string.js';
import { encodeFrame, type Frame, FrameParser } from './launcher-frames.js';
import type { EndWalk } from '../ingest/finish/run-end.js';

export interface PrepareOptions {
  /** The recording's directory, absolute. */
  dir: string;
  /** Absolute directories for the base manifest. */
  roots: readonly string[];
  /** Absolute real paths that are neither scanned nor guarded: where dk keeps its own files. */
  skip: readonly string[];
  /** The command's cgroup.freeze: the launcher thaws it when the recorder dies. */
  freezeFile?: string | undefined;
  preimageLimitBytes: number;
  /** Writes of so many bytes or more go around the ring (abi.ts, ASIDE_SHARE). */
  asideBytes: number;
  guard: boolean;
  allowIoUring: boolean;
  /** Run the command as this user. */
  user?: Identity;
  /** Whose rights the guard has on `dir`, when they are not those of the command. */
  store?: Identity | undefined;
  argv: readonly string[];
}

export interface Identity {
  uid: number;
  gid: number;
  groups: readonly number[];
}

export interface BaseDone {
  entries: number;
  /** True when the roots hold more entries than a manifest may have. */
  truncated: boolean;
}

/** How the command ended. `signal` 0: by itself. `execErrno`: it never started. */
export type TargetEnd = { code: number; signal: number; execErrno?: undefined } | { execErrno: number };

export interface GuardSummary {
  /** Node records written. */
  records: number;
  blobs: number;
  bytes: number;
  /** Nodes whose old state could not be saved. */
  lost: number;
}

/**
 * What is sent to the whole process group, by the terminal or by a program like timeout, is for the command, which the
 * launcher tells it as soon as it is there. These the recorder survives until it leaves that group (job.ts), and
 * when everybody is told to end.
 */
export const SIGNALS_FOR_THE_COMMAND = [
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
] as const;

interface LinkEvents {
  /** The command runs: exec succeeded. */
  started: [];
  ended: [TargetEnd];
  /** A sentence worth showing. */
  warning: [string];
  /** The launcher is gone. */
  closed: [];
}

/** The recorder's end of the control socket. */
export class LauncherLink extends EventEmitter<LinkEvents> {
  private readonly parser = new FrameParser();
  private readonly prepared = new Settled<{ targetPid: number }>();
  private readonly base = new Settled<BaseDone>();
  private readonly finished = new Settled<GuardSummary>();
  private readonly end = new Settled<TargetEnd>();
  private readonly walk = new Settled<EndWalk>();

  /** base.bin is complete. Rejected when the launcher could not prepare. */
  readonly baseDone: Promise<BaseDone> = this.base.promise;
  /** The command ended, or could not be executed. */
  readonly ended: Promise<TargetEnd> = this.end.promise;

  constructor(private readonly stream: Duplex) {
    super();
    stream.on('data', (chunk: Buffer) => {
      for (const frame of this.parser.push(chunk)) this.receive(frame);
    });
    stream.on('error', () => {}); // 'close' follows and says the same
    stream.on('close', () => {
      this.fail(new DkError('internal', 'The launcher is gone.', 'Run the command again.'));
      this.emit('closed');
    });
  }

  /** The link that the launcher left in DK_CTL_FD, which is taken out of the environment. undefined without one. */
  static fromEnvironment(): LauncherLink | undefined {
    const text = process.env.DK_CTL_FD;
    if (text === undefined) return undefined;
    delete process.env.DK_CTL_FD;
    return new LauncherLink(new Socket({ fd: Number(text), readable: true, writable: true }));
  }

  /** Forks the command's process, which waits for go(), and starts the base scan. */
  prepare(options: PrepareOptions): Promise<{ targetPid: number }> {
    this.send('P', encodePlan(options));
    return this.prepared.promise;
  }

  /** Lets the command start; it does as soon as the base is complete. */
  go(): void {
    this.send('G');
  }

  signal(signal: number): void {
    this.send('K', u32(signal));
  }

  /** Completes the pre-images; later calls of processes that still run are no longer guarded. */
  finish(): Promise<GuardSummary> {
    this.send('Z');
    return this.finished.promise;
  }

  /** Has this process's exit look like death by that signal. */
  dieOf(signal: number): void {
    this.send('Q', u32(signal));
  }

  /** What is sent to this program is for that process, instead of a command of its own; 0: for nobody. */
  standIn(pid: number): void {
    this.send('O', u32(pid));
  }

  /** Looks at the roots once more, as they are now, after finish(). */
  lookAgain(): Promise<EndWalk> {
    this.send('N');
    return this.walk.promise;
  }

  /** To be said before exiting on purpose while the command still runs; otherwise the launcher waits for it. */
  release(): void {
    this.send('X');
  }

  /**
   * Has everything run again through sudo, when this process may not record: the launcher ends this process and exits
   * as that run does. Comes back only when it refuses, as an error. To be called before prepare().
   */
  async elevate(): Promise<never> {
    this.send('U');
    await this.prepared.promise;
    throw new DkError('internal', 'The launcher answered what nobody asked.', 'Run the command again.');
  }

  /** Stops keeping the event loop alive. */
  unref(): void {
    if (this.stream instanceof Socket) this.stream.unref();
  }

  private send(type: string, body?: Uint8Array): void {
    if (this.stream.writable) this.stream.write(encodeFrame(type, body));
  }

  private receive({ type, body }: Frame): void {
    const handler = HANDLERS[type];
    if (handler !== undefined) handler(this.sinks, body);
  }

  private readonly sinks: Sinks = {
    prepared: (targetPid) => this.prepared.resolve({ targetPid }),
    base: (done) => this.base.resolve(done),
    started: () => this.emit('started'),
    ended: (end) => {
      this.end.resolve(end);
      this.emit('ended', end);
    },
    finished: (summary) => this.finished.resolve(summary),
    walked: (walk) => this.walk.resolve(walk),
    warning: (text) => this.emit('warning', text),
    failed: (text) => this.fail(sentences(text)),
  };

  private fail(error: DkError): void {
    for (const one of [this.prepared, this.base, this.finished, this.end, this.walk]) one.reject(error);
  }
}

interface Sinks {
  prepared(targetPid: number): void;
  base(done: BaseDone): void;
  started(): void;
  ended(end: TargetEnd): void;
  finished(summary: GuardSummary): void;
  walked(walk: EndWalk): void;
  warning(text: string): void;
  failed(text: string): void;
}

/** By enum dk_walk of control.h. */
const WALKS: readonly EndWalk[] = ['whole', 'cut', 'failed'];

/** What each frame of the launcher says; letters of a newer launcher are passed over. */
const HANDLERS: Partial<Record<string, (to: Sinks, body: Buffer) => void>> = {
  T: (to, body) => to.prepared(body.readUInt32LE(0)),
  B: (to, body) => to.base({ entries: Number(body.readBigUInt64LE(0)), truncated: body[8] === 1 }),
  R: (to) => to.started(),
  E: (to, body) => to.ended({ execErrno: body.readUInt32LE(0) }),
  S: (to, body) => to.ended(endOfWaitStatus(body.readUInt32LE(0))),
  D: (to, body) =>
    to.finished({
      records: Number(body.readBigUInt64LE(0)),
      blobs: Number(body.readBigUInt64LE(8)),
      bytes: Number(body.readBigUInt64LE(16)),
      lost: body.readUInt32LE(24),
    }),
  N: (to, body) => to.walked(WALKS[body[8] ?? WALKS.length] ?? 'failed'),
  W: (to, body) => to.warning(body.toString()),
  F: (to, body) => to.failed(body.toString()),
};

/** wait(2)'s status, as the kernel encodes it. */
function endOfWaitStatus(status: number): TargetEnd {
  const signal = status & 0x7f;
  return signal === 0 ? { code: (status >> 8) & 0xff, signal: 0 } : { code: 128 + signal, signal };
}

function u32(value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32LE(value);
  return body;
}

function encodePlan(options: PrepareOptions): Buffer {
  const { user, store, argv } = options;
  const lines = [
    `dir=${options.dir}`,
    ...options.roots.map((path) => `root=${path}`),
    ...options.skip.map((path) => `skip=${path}`),
    ...(options.freezeFile === undefined ? [] : [`freeze=${options.freezeFile}`]),
    `preimage-limit=${options.preimageLimitBytes}`,
    `aside=${options.asideBytes}`,
    `guard=${options.guard ? 1 : 0}`,
    `io-uring=${options.allowIoUring ? 'allow' : 'deny'}`,
    ...identityLine('user', user),
    ...identityLine('store', store),
  ];
  // Node has decoded our arguments, which loses bytes that are not UTF-8. The launcher still has them as they came.
  const ours = isTail(process.argv, argv);
  const strings = ours ? [...lines, `argv-tail=${argv.length}`, ''] : [...lines, '', ...argv];
  invariant(!strings.some((text) => text.includes('\0')), 'no option or argument holds a NUL');
  return Buffer.concat(strings.flatMap((text) => [toBytes(text), Buffer.of(0)]));
}

function identityLine(key: string, identity: Identity | undefined): string[] {
  return identity === undefined ? [] : [`${key}=${identity.uid}:${identity.gid}:${identity.groups.join(',')}`];
}

function isTail(whole: readonly string[], part: readonly string[]): boolean {
  const from = whole.length - part.length;
  return from > 1 && part.every((text, i) => whole[from + i] === text);
}

/** The launcher's texts are two sentences: what, and what to do. */
function sentences(text: string): DkError {
  const cut = text.indexOf('. ') + 1;
  return cut === 0 ? new DkError('io', text, 'Try again.') : new DkError('io', text.slice(0, cut), text.slice(cut + 1));
}

/** A promise settled from outside, at most once. Nobody needs to wait for it. */
class Settled<T> {
  resolve!: (value: T) => void;
  reject!: (error: DkError) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}
