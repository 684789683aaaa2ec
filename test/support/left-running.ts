/** What a failed test leaves running is killed before the next one: all of it, stopped or not, whoever its parent is by then. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach } from 'vitest';

const MARK = 'DK_TEST_WORKER';

// Whatever is started from here on inherits it; this process's own environment, as the kernel shows it, does not change.
process.env[MARK] = String(process.pid);

afterEach(({ task }) => {
  if (task.result?.state === 'fail') killAll();
});
afterAll(killAll);

function killAll(): void {
  // Again until nothing is found: what is about to be killed may start something.
  for (let found = marked(); found.length > 0; found = marked()) for (const pid of found) kill(pid);
}

function marked(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && environmentOf(pid).includes(`\0${MARK}=${process.pid}\0`));
}

/** Empty for a zombie, and for what is gone by now. */
function environmentOf(pid: number): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
