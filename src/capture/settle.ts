import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from '../native/addon.js';
import type { TargetCgroup } from './cgroup.js';
import { decidesAboutOpens } from './permission-listeners.js';

export interface Settled {
  /** Threads that go on: nothing could stop them. */
  atLarge: number;
  /** Lets those that were stopped go on. Idempotent. */
  release: () => void;
}

/** A thread freezes when its system call has ended; one may wait for a slow disk. */
const LONGEST_FREEZE_MS = 2000;
/** Where they cannot be stopped, most of what a command leaves behind is about to end as well. */
const LONGEST_WAIT_MS = 250;
const LOOK_AGAIN_MS = 2;

/**
 * The command has ended. What it left behind (a server that it told to stop, a job in the background) may be inside a call
 * whose effect can be seen already, such as an unlink whose blocks are still being freed, and whose record comes only when
 * it returns. So these processes are stopped, outside of any call, until the proof has been taken: the end of the
 * recording is one moment. A listener that decides about opens is not stopped: the proof opens files.
 */
export async function settle(recorder: Recorder, cgroup: TargetCgroup | undefined): Promise<Settled> {
  const living = () => recorder.stats().living;
  if (living() === 0) return { atLarge: 0, release: () => {} };
  if (cgroup === undefined || cgroup.processes().some(decidesAboutOpens)) {
    await until(() => living() === 0, LONGEST_WAIT_MS);
    return { atLarge: living(), release: () => {} };
  }
  const stopped = await until(() => living() === 0 || (recorder.hold() && cgroup.isFrozen()), LONGEST_FREEZE_MS);
  // Some may have moved to another cgroup.
  const atLarge = stopped ? Math.max(0, living() - cgroup.threads()) : living();
  return { atLarge, release: once(() => cgroup.thaw()) };
}

async function until(condition: () => boolean, longestMs: number): Promise<boolean> {
  const end = performance.now() + longestMs;
  while (!condition()) {
    if (performance.now() > end) return false;
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
