import type { ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { startPager } from './pager.js';

/** Thrown when nobody reads our output any more (`dk log | head`): the command ends quietly. */
export class OutputClosed extends Error {}

export interface OutputStream extends Writable {
  isTTY?: boolean;
  columns?: number;
}

/** stdout, or the pager in front of it. Waits for slow readers, so memory stays bounded. */
export class Output {
  readonly isTTY: boolean;
  private readonly stdout: OutputStream;
  private sink: Writable;
  private pager: ChildProcess | undefined;
  private broken: Error | undefined;

  constructor(stdout: OutputStream) {
    this.stdout = stdout;
    this.sink = stdout;
    this.isTTY = stdout.isTTY === true;
    stdout.on('error', (error) => this.fail(error));
  }

  get columns(): number {
    return this.stdout.columns ?? 80;
  }

  /** True while a pager owns the terminal; Ctrl-C is then for the pager. */
  get paging(): boolean {
    return this.pager !== undefined;
  }

  /** Sends what follows through $PAGER when stdout is a terminal. */
  page(env: NodeJS.ProcessEnv): void {
    if (!this.isTTY || this.pager !== undefined) return;
    const pager = startPager(env);
    if (pager?.stdin == null) return;
    this.pager = pager;
    this.sink = pager.stdin;
    pager.stdin.on('error', (error) => this.fail(error));
    pager.on('error', (error) => this.fail(error));
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.broken !== undefined) throw this.broken;
    if (this.sink.write(chunk)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.sink.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      this.sink.on('drain', done).on('close', done).on('error', done);
    });
    if (this.broken !== undefined) throw this.broken;
  }

  /** Resolves when everything is written and the pager, if any, has been left. */
  async close(): Promise<void> {
    const pager = this.pager;
    if (pager === undefined) {
      await new Promise<void>((resolve) => this.stdout.write('', () => resolve()));
      return;
    }
    pager.stdin?.end();
    if (pager.exitCode === null && pager.signalCode === null) {
      await new Promise<void>((resolve) => pager.once('close', () => resolve()).once('error', () => resolve()));
    }
    this.pager = undefined;
    this.sink = this.stdout;
  }

  private fail(error: NodeJS.ErrnoException): void {
    const closed = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
    this.broken ??= closed ? new OutputClosed('nobody reads the output') : error;
  }
}
