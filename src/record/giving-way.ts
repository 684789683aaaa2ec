import { readdirSync } from 'node:fs';
import { addon } from '../native/addon.js';
import { mayRaisePriority } from './privileges.js';

/**
 * While the command runs, the threads of this process that can wait run only where it leaves a processor free: ingest, and
 * those of Node that compile, collect garbage and write for it. To be made after them, and before the recorder has threads
 * of its own, which must not be late.
 */
export class GivingWay {
  private readonly threads: readonly number[];
  private state: 'not yet' | 'running' | 'over' = 'not yet';

  constructor() {
    const helpers = () =>
      readdirSync('/proc/self/task')
        .map(Number)
        .filter((tid) => tid !== process.pid);
    this.threads = mayRaisePriority() ? helpers() : [];
  }

  /** The command is about to run. */
  begin(): void {
    if (this.state === 'not yet') this.state = 'running';
    this.yields(true);
  }

  /** Not when ingest has been behind for long: then it gets a small share. */
  yields(value: boolean): void {
    if (this.state === 'running') addon().yieldProcessor(this.threads, value);
  }

  /** The command has ended: somebody waits for us. */
  end(): void {
    this.yields(false);
    this.state = 'over';
  }
}
