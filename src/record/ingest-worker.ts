import { Worker } from 'node:worker_threads';
import { DkError } from '../errors.js';
import type { Conclusion } from './ingest/conclude.js';
import type { FromWorker, IngestJob, ToWorker } from './ingest/worker.js';

/** The ingest thread, as the session sees it. */
export class IngestWorker {
  private readonly worker: Worker;
  private readonly result: Promise<Conclusion>;

  constructor(job: IngestJob) {
    this.worker = new Worker(new URL('./ingest/worker.js', import.meta.url), { workerData: job });
    this.result = new Promise((resolve, reject) => {
      this.worker.on('message', (message: FromWorker) => {
        if (message.type === 'done') resolve(message.conclusion);
        else reject(asError(message));
      });
      this.worker.on('error', reject);
    });
    this.result.catch(() => undefined); // whoever waits for `end` hears of it
  }

  /** The journal is complete: resolves when the recording is sealed. */
  end(message: ToWorker): Promise<Conclusion> {
    this.worker.postMessage(message);
    return this.result;
  }
}

function asError({ code, message, hint, stack }: Extract<FromWorker, { type: 'failed' }>): DkError {
  const error = new DkError(code, message, hint);
  error.stack = stack;
  return error;
}
