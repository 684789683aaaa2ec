import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DK, kernelTest } from '../support/kernel.js';
import { until } from '../support/launcher.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

/** Events of a file as [kind, length]. */
const kindsOf = (log: Record<string, unknown>[], path: string) =>
  log
    .filter((event) => event.path === path)
    .map(({ kind, length }) => (length === undefined ? [kind] : [kind, length]));

describe('processes that the command leaves behind', () => {
  kernelTest('a write that is under way when the command ends is recorded in whole', async () => {
    const at = new Bench(temp());
    const writer = 'dd if=/dev/zero of=f bs=32M count=1 conv=notrunc </dev/null >/dev/null 2>&1';
    const { id, summary } = await at.record(['sh', '-c', `(${writer} &); while [ ! -s f ]; do :; done`]);
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    expect(kindsOf(await at.log(id), join(at.work, 'f'))).toEqual([['file.create'], ['file.write', 32 << 20]]);
  });

  // The name goes first, then the blocks are freed, and only then the call returns. PostgreSQL's pg_ctl waits like this.
  kernelTest('an unlink that is under way when the command ends is recorded', async () => {
    const at = new Bench(temp());
    writeFileSync(join(at.work, 'f'), Buffer.alloc(200 << 20, 'x'));
    const { id, summary } = await at.record([
      'sh',
      '-c',
      '(rm f </dev/null >/dev/null 2>&1 &); while [ -e f ]; do :; done',
    ]);
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    expect(kindsOf(await at.log(id), join(at.work, 'f'))).toEqual([['path.unlink']]);
  });

  kernelTest('they go on afterwards', async () => {
    const at = new Bench(temp());
    const job = '(while [ ! -e go ]; do :; done; echo done > end) </dev/null >/dev/null 2>&1';
    const { summary } = await at.record(['sh', '-c', `${job} &`]);
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    writeFileSync(join(at.work, 'go'), '');
    await until(
      () => (existsSync(join(at.work, 'end')) && statSync(join(at.work, 'end')).size > 0) || undefined,
      'the end of the job',
    );
  });

  kernelTest('and the cgroup that they kept goes with a later run', async (context) => {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const mount = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    if (mount === undefined || own === undefined) context.skip('no cgroup v2 is mounted here');
    const folder = (name: string) => join(`${mount}`, `${own}`, name);
    const [left, young] = [
      folder(`diffkeeper-test-left-${process.pid}`),
      folder(`diffkeeper-test-young-${process.pid}`),
    ];
    mkdirSync(left);
    mkdirSync(young);
    utimesSync(left, new Date(0), new Date(0));
    await new Bench(temp()).record(['true']);
    expect([existsSync(left), existsSync(young)]).toEqual([false, true]);
    rmdirSync(young);
  });

  kernelTest('where they cannot be stopped, a gap says so', async (context) => {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const cgroups = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
    if (cgroups === undefined) context.skip('no cgroup v2 is mounted here');
    const at = new Bench(temp());
    const script = `mount -t tmpfs none ${cgroups} && exec "$@"`;
    const job = '(while [ ! -e go ]; do :; done) </dev/null >/dev/null 2>&1';
    const dk = [DK, 'run', '--no-tui', '--', 'sh', '-c', `echo x > f; ${job} &`];
    const { stderr } = await run(['unshare', '--mount', 'sh', '-c', script, 'sh', ...dk], {
      cwd: at.work,
      env: at.env,
    });
    writeFileSync(join(at.work, 'go'), '');
    expect(stderr).toMatch(/ · 1 gap · verified · /);
    const [gap] = (await at.log('@')).filter((event) => event.kind === 'gap');
    expect(gap?.cause).toBe('processes that the command left behind could not be stopped for the proof');
  });
});
