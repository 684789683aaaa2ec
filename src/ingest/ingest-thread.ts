import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openStore, type Store } from '../catalog/store.js';
import { DkError, type ErrorCode } from '../errors.js';
import { mayRaisePriority, schedulingAsRoot } from '../native/privileges.js';
import { Pipeline } from './pipeline.js';
import { concludeRun, type Conclusion } from './finish/conclude.js';
import type { RootWalk, RunEnd } from './finish/run-end.js';

/** What the session sends when it starts the worker. */
export interface IngestJob {
  home: string;
  id: string;
  excludes: string[];
  roots: string[];
  cwd: string;
  preimageLimitBytes: number;
}

export type ToWorker =
  /** base.bin is complete. */
  | { type: 'begin' }
  /** The command has ended and the journal is closed. */
  | { type: 'end'; end: RunEnd }
  /** The roots were looked at once more. May come before or after 'end'. */
  | { type: 'walked'; walk: RootWalk }
  /** There is nothing to keep, or it cannot be finished now: closes what is open. */
  | { type: 'stop' };
export type FromWorker =
  /** The proof has been taken: what happens on the disk from here on is not looked at. */
  | { type: 'proven' }
  | { type: 'done'; conclusion: Conclusion }
  | { type: 'failed'; code: ErrorCode; message: string; hint: string; stack: string };

/** The journal grows in frames every few milliseconds; there is no hurry while the command runs. */
const POLL_MS = 25;
/** The command comes first, where this thread can get its place back. On Linux this is a property of the thread. */
const LOW_PRIORITY = 10;

const port = parentPort;
if (port !== null) {
  const begin = deferred<void>();
  const walked = deferred<RootWalk>();
  let end: RunEnd | 'stop' | undefined;
  port.on('message', (message: ToWorker) => {
    if (message.type === 'walked') {
      walked.resolve(message.walk);
      return;
    }
    if (message.type !== 'begin') end = message.type === 'end' ? message.end : 'stop';
    begin.resolve();
  });
  run(workerData as IngestJob, begin.promise, () => end, walked.promise)
    .then(
      (conclusion) => port.postMessage({ type: 'done', conclusion } satisfies FromWorker),
      (error: unknown) => port.postMessage(failure(error)),
    )
    .finally(() => port.close());
}

async function run(
  job: IngestJob,
  begin: Promise<void>,
  ended: () => RunEnd | 'stop' | undefined,
  walked: Promise<RootWalk>,
): Promise<Conclusion> {
  const priority = mayRaisePriority() ? (value: number) => schedulingAsRoot(() => setPriority(value)) : () => {};
  priority(LOW_PRIORITY);
  const store = openStore(job.home);
  try {
    await begin;
    if (ended() === 'stop') throw stopped();
    const pipeline = await Pipeline.open({ store, id: job.id, source: store.folderOf(job.id) }, job);
    try {
      return await follow(pipeline, store, job, ended, walked, priority);
    } catch (error) {
      await pipeline.abandon().catch(() => undefined); // the first failure is the one to tell
      throw error;
    }
  } finally {
    store.close();
  }
}

async function follow(
  pipeline: Pipeline,
  store: Store,
  job: IngestJob,
  ended: () => RunEnd | 'stop' | undefined,
  walked: Promise<RootWalk>,
  priority: (value: number) => void,
): Promise<Conclusion> {
  for (;;) {
    const end = ended();
    if (end === 'stop') throw stopped();
    if (end !== undefined) {
      priority(0);
      const proven = () => port?.postMessage({ type: 'proven' } satisfies FromWorker);
      return concludeRun(pipeline, store, job, { end, walked, proven });
    }
    const busy = await pipeline.advance();
    await new Promise((resolve) => (busy ? setImmediate(resolve) : setTimeout(resolve, POLL_MS)));
  }
}

function stopped(): DkError {
  return new DkError('internal', 'The ingest thread was stopped.', 'What was recorded can be opened with: dk open');
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve = (_: T) => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

function failure(error: unknown): FromWorker {
  const known = error instanceof DkError ? error : undefined;
  return {
    type: 'failed',
    code: known?.code ?? 'internal',
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint ?? 'Run it again with DK_DEBUG=1 and report what it prints.',
    stack: error instanceof Error ? (error.stack ?? '') : '',
  };
}
