import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { isAlive, LauncherBench, type Running, until } from '../support/launcher.js';
import { compiled } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

type Part = 'recorder' | 'launcher' | 'guard' | 'watchdog';

/** A command that makes guarded calls all the time, in three processes. */
class Stream {
  readonly bench = new LauncherBench(temp());
  readonly frozen = join(this.bench.recording, 'freeze');
  pids!: Record<Part, number>;
  private running!: Running;

  async start(): Promise<this> {
    writeFileSync(this.frozen, '1');
    const command = [await compiled('test/kernel/fixtures/guarded.c'), 'stream'];
    this.running = this.bench.start(command, { extraPlan: [`freeze=${this.frozen}`] });
    await this.running.output('runs');
    const launcher = this.named('dk-launcher', this.running.pid); // below the front, which has the same name
    const recorder = (await this.running.message('start')).pid as number;
    const guard = this.named('dk-guard', launcher);
    this.pids = { recorder, launcher, guard, watchdog: this.named('dk-watchdog', launcher) };
    return this;
  }

  kill(...parts: Part[]): void {
    for (const part of parts) process.kill(this.pids[part], 'SIGKILL');
  }

  /** Waits for another watchdog below that part, and takes it for the watchdog from now on. */
  async newWatchdog(parent: Part): Promise<void> {
    const old = this.pids.watchdog;
    this.pids.watchdog = await until(() => {
      const pid = childrenOf(this.pids[parent]).find((child) => nameOf(child) === 'dk-watchdog');
      return pid === old ? undefined : pid;
    }, 'a new watchdog');
  }

  /** What failed, until all have made some more calls. */
  async end(): Promise<string> {
    writeFileSync(join(this.bench.work, 'stop'), '');
    const result = join(this.bench.work, 'result');
    await until(() => (existsSync(result) ? true : undefined), 'the result');
    await this.running.done;
    for (const [part, pid] of Object.entries(this.pids))
      await until(() => (isAlive(pid) ? undefined : true), `the end of the ${part}`);
    return readFileSync(result, 'utf8');
  }

  private named(name: string, parent: number): number {
    const pid = childrenOf(parent).find((child) => nameOf(child) === name);
    if (pid === undefined) throw new Error(`no ${name}`);
    return pid;
  }
}

describe('the command runs on without an error when these are killed at once:', () => {
  const SETS: Part[][] = [
    ['recorder'],
    ['launcher'],
    ['guard'],
    ['watchdog'],
    ['recorder', 'launcher'],
    ['recorder', 'guard'],
    ['recorder', 'watchdog'],
    ['launcher', 'guard'],
    ['guard', 'launcher'],
    ['launcher', 'watchdog'],
    ['guard', 'watchdog'],
    ['recorder', 'launcher', 'guard'],
    ['guard', 'launcher', 'recorder'],
    ['recorder', 'launcher', 'watchdog'],
    ['recorder', 'guard', 'watchdog'],
  ];
  for (const set of SETS) {
    kernelTest(set.join(', '), async () => {
      const stream = await new Stream().start();
      stream.kill(...set);
      expect(await stream.end()).toBe('0 failed\n');
    });
  }
});

describe('the command runs on when they die one after the other:', () => {
  kernelTest('the launcher, the watchdog, then the guard', async () => {
    const stream = await new Stream().start();
    stream.kill('launcher', 'watchdog');
    await stream.newWatchdog('guard');
    stream.kill('guard');
    expect(await stream.end()).toBe('0 failed\n');
  });

  kernelTest('the guard, the watchdog, then the launcher', async () => {
    const stream = await new Stream().start();
    stream.kill('guard', 'watchdog');
    await stream.newWatchdog('launcher');
    stream.kill('launcher');
    expect(await stream.end()).toBe('0 failed\n');
  });
});

describe('a frozen command is thawed when there die', () => {
  const SETS: Part[][] = [
    ['recorder'],
    ['recorder', 'launcher'],
    ['recorder', 'launcher', 'guard'],
    ['recorder', 'launcher', 'watchdog'],
    ['recorder', 'guard', 'watchdog'],
  ];
  for (const set of SETS) {
    kernelTest(set.join(', '), async () => {
      const stream = await new Stream().start();
      stream.kill(...set);
      await until(() => (readFileSync(stream.frozen, 'utf8') === '0' ? true : undefined), 'the thaw');
      await stream.end();
    });
  }
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined; // gone
  }
}
