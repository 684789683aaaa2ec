import { Worker } from 'node:worker_threads';
import { DkError } from '../errors.js';
import type { Conclusion } from './finish/conclude.js';
import type { RootWalk, RunEnd } from './finish/run-end.js';
import type { FromWorker, IngestJob, ToWorker } from './ingest-thread.js';

/** The ingest thread, as the session sees it. */
export class IngestWorker {
  private readonly worker: Worker;
  private readonly result: Promise<Conclusion>;
  private readonly exited: Promise<void>;
  private proven = (): void => {};

  constructor(job: IngestJob) {
    // Without streams of its own: Node would open this process's, and so make the command's descriptors non-blocking.
    const streams = { stdout: true, stderr: true };
    const execArgv = process.env.DK_DEBUG === '1' ? ['--enable-source-maps'] : [];
    this.worker = new Worker(new URL('./ingest-thread.js', import.meta.url), {
      workerData: job,
      execArgv,
      ...streams,
    });
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.result = new Promise((resolve, reject) => {
      this.worker.on('message', (message: FromWorker) => {
        if (message.type === 'proven') this.proven();
        else if (message.type === 'done') resolve(message.conclusion);
        else reject(asError(message));
      });
      this.worker.on('error', reject);
      this.worker.on('exit', () => {
        reject(
          new DkError(
            'internal',
            'The ingest thread ended without a result.',
            'What was recorded can still be opened with: dk open',
          ),
        );
      });
    });
    this.result.catch(() => undefined); // whoever waits for `end` hears of it
  }

  /** base.bin is complete: reads the journal from now on. */
  begin(): void {
    this.worker.postMessage({ type: 'begin' } satisfies ToWorker);
  }

  /** end.bin is there, or not to be had. */
  readonly walked = (walk: RootWalk): void => {
    this.worker.postMessage({ type: 'walked', walk } satisfies ToWorker);
  };

  /** The journal is complete: resolves when the recording is sealed. `proven`: the disk has been looked at for the last time. */
  end(end: RunEnd, proven: () => void): Promise<Conclusion> {
    this.proven = proven;
    this.worker.postMessage({ type: 'end', end } satisfies ToWorker);
    return this.result;
  }

  /** Gives up without a result. Resolves when nothing of the recording is open any more. */
  async stop(): Promise<void> {
    this.worker.postMessage({ type: 'stop' } satisfies ToWorker);
    await this.exited;
  }
}

function asError({ code, message, hint, stack }: Extract<FromWorker, { type: 'failed' }>): DkError {
  const error = new DkError(code, message, hint);
  error.stack = stack;
  return error;
}
