import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DK, kernelTest } from '../support/kernel.js';
import { LauncherBench } from '../support/launcher.js';
import { Bench } from '../support/record.js';
import { until } from '../support/running.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

describe('a signal to the whole process group', () => {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGPROF'] as const) {
    kernelTest(`${signal} ends the command, and the recording is complete`, async () => {
      const at = new Bench(temp());
      const script = 'echo x > f; while :; do :; done';
      const child = spawn(DK, ['run', '--no-tui', '--', 'sh', '-c', script], {
        cwd: at.work,
        env: at.env,
        detached: true,
        stdio: ['ignore', 'inherit', 'pipe'],
      });
      const stderr: Buffer[] = [];
      child.stderr?.on('data', (data: Buffer) => stderr.push(data));
      const ended = new Promise((resolve) => child.on('close', (code, by) => resolve([code, by])));
      await until(() => existsSync(join(at.work, 'f')));
      process.kill(-(child.pid as number), signal);
      expect(await ended).toEqual([null, signal]);
      expect(Buffer.concat(stderr).toString()).toMatch(/^dk: recorded .* · 0 gaps · verified · .*\n$/);
    });
  }
});

kernelTest('a signal that comes before the command has started ends it when it starts', async () => {
  const at = new LauncherBench(temp());
  const running = at.start(['touch', 'started']);
  await running.message('start');
  running.child.kill('SIGTERM');
  const { code, messages } = await running.done;
  expect(code).toBe(143);
  expect(messages).toContainEqual({ type: 'S', status: 15 });
  expect(existsSync(join(at.work, 'started'))).toBe(false);
});
