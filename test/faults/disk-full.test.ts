/** A store without space, and one that may not be written (law 5). Each has a small filesystem of its own. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, type Finished, jsonLines } from '../support/record.js';
import { inJournal, recorderOf, start } from '../support/running.js';
import { type SmallDisk, smallDisks } from '../support/small-disk.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const smallDisk = smallDisks();

/** A bench whose store is a disk of that size, and a folder for what dk needs for a moment. */
function benchOn(megabytes: number): { at: Bench; disk: SmallDisk; tmp: string } {
  const at = new Bench(temp());
  const disk = smallDisk(at.folder, megabytes);
  const tmp = join(at.folder, 'tmp');
  mkdirSync(tmp);
  at.env.TMPDIR = tmp;
  writeFileSync(join(at.work, 'old'), 'before\n');
  return { at, disk, tmp };
}

const FULL = 'there is no space left';
const READ_ONLY = 'its filesystem is read-only';

function notKept(at: Bench, id: string, why: string): string {
  return (
    `dk: recording ${id} was interrupted, and the store ${at.home} cannot keep what was recovered: ${why}.\n` +
    'It is recovered each time it is opened, until there is room in a store that can be written.\n'
  );
}

/** What every reading command says of a recording whose first events are those of `echo first > a; echo new > old`. */
async function expectReadable(at: Bench, id: string, notice: string): Promise<void> {
  const said = (stdout: string, code = 0, more = ''): Finished => ({
    code,
    signal: null,
    stdout,
    stderr: notice + more,
  });
  const listed = await at.dk(['ls', '--json']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(jsonLines(listed.stdout)).toMatchObject([{ id, state: 'interrupted' }]);
  const log = await at.dk(['log', '--json', '--kind', 'file.create,file.write', '--limit', '3']);
  expect({ ...log, stdout: '' }).toEqual(said(''));
  expect(jsonLines(log.stdout)).toMatchObject([
    { kind: 'file.create', path: join(at.work, 'a') },
    { kind: 'file.write', path: join(at.work, 'a'), length: 6 },
    { kind: 'file.write', path: join(at.work, 'old'), length: 4 },
  ]);
  expect(await at.dk(['cat', 'a@end'])).toEqual(said('first\n'));
  expect(await at.dk(['cat', 'old@end'])).toEqual(said('new\n'));
  expect(await at.dk(['cat', 'old@start'])).toEqual(said('before\n'));
  const seq = String(jsonLines(log.stdout)[1]?.seq);
  expect((await at.dk(['show', seq])).stdout).toContain('+first\n');
  const proof =
    `dk: Recording ${id} has no proof: it was cut off before one could be taken.\n` +
    `Compare it with a directory instead: dk verify ${id} --against DIR\n`;
  expect(await at.dk(['verify'])).toEqual(said('', 5, proof));
}

describe('a store that becomes full while a command is recorded', () => {
  const RANDOM = 'head -c 60000000 /dev/urandom > big';
  const SAME = 'head -c 60000000 /dev/zero > big';
  const CASES: [what: string, megabytes: number, write: string, options: string[]][] = [
    ['with the journal', 16, RANDOM, []],
    ['with the journal, of bytes that take no space once they are stored', 40, SAME, []],
    ['with the journal, and a ring that freezes the command', 16, RANDOM, ['--buffer', '1M']],
  ];
  for (const [what, megabytes, write, options] of CASES) {
    kernelTest(`${what}: nothing disturbs the command, and all until then opens`, async () => {
      const { at, tmp } = benchOn(megabytes);
      const script = `echo first > a; echo new > old; ${write}; i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo $i >> log; done; echo done; exit 4`;
      const done = await at.dk(['run', '--no-tui', ...options, '--', 'sh', '-c', script]);
      expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 4, stdout: 'done\n' });
      expect(statSync(join(at.work, 'big')).size).toBe(60_000_000);
      expect(readFileSync(join(at.work, 'log'), 'utf8').split('\n')).toHaveLength(201);
      const [id = ''] = readdirSync(join(at.home, 'recordings'));
      // Whether there was room to finish what was captured is up to the last few blocks.
      if (at.info(id).state === 'sealed') await expectStopped(at, id, done.stderr);
      else await expectUnfinished(at, id, done.stderr);
      expect(readdirSync(tmp)).toEqual([]);
    });
  }

  async function expectStopped(at: Bench, id: string, stderr: string): Promise<void> {
    expect(stderr).toMatch(
      /^dk: Recording stopped early: the disk is full\. What was captured until then is kept\.\ndk: recorded .+ · NOT VERIFIED, .+\n$/,
    );
    expect(at.info(id)).toMatchObject({ exitCode: 4, verified: { ok: false } });
    const log = await at.log(id);
    expect(log.at(-1)).toMatchObject({ kind: 'gap', path: '' });
    expect(await at.dk(['cat', 'old@start'])).toMatchObject({ code: 0, stdout: 'before\n' });
  }

  async function expectUnfinished(at: Bench, id: string, stderr: string): Promise<void> {
    expect(stderr).toMatch(
      /^dk: (There is no space left to write|The store is full|The catalogue .* has no space left).*\nFree some space.*\n/,
    );
    expect(stderr.split('\n').slice(2)).toEqual([
      `dk: the recording stopped there. What was captured until then is kept: dk open ${id}`,
      '',
    ]);
    await expectReadable(at, id, notKept(at, id, FULL));
  }
});

describe('a store that is full from the start', () => {
  kernelTest('takes no recording: 125, and the command does not run', async () => {
    const { at, disk } = benchOn(4);
    disk.fill();
    const done = await at.dk(['run', '--no-tui', '--', 'touch', 'ran']);
    expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 125, stdout: '' });
    expect(done.stderr).toMatch(/^dk: There is no space left to write .+\.\nFree some space.+\.\n$/);
    expect(readdirSync(at.work)).toEqual(['old']);
  });

  kernelTest('shows the recordings that it has, and lets them be removed', async () => {
    const { at, disk } = benchOn(8);
    const { id } = await at.record(['sh', '-c', 'echo first > a']);
    for (const state of ['full', 'ro'] as const) {
      if (state === 'full') disk.fill();
      else disk.remount('ro');
      expect(await at.dk(['cat', 'a'])).toMatchObject({ code: 0, stdout: 'first\n', stderr: '' });
      expect((await at.dk(['verify'])).stdout).toBe('verified · 1 path · 0 differences · 0 gaps\n');
    }
    disk.remount('rw');
    expect(await at.dk(['rm', id])).toMatchObject({ code: 0, stderr: `dk: removed ${id}\n` });
    expect((await at.dk(['ls', '--json'])).stdout).toBe('');
  });
});

describe('a recorder that was killed, and then', () => {
  kernelTest('no space, or no right to write: it opens, and is kept when there is room again', async () => {
    const { at, disk, tmp } = benchOn(32);
    const command = start(at, [
      'sh',
      '-c',
      'echo first > a; echo new > old; echo z > z; echo ready; read line; exit 3',
    ]);
    await command.said('ready\n');
    await inJournal(at, 'z');
    process.kill(recorderOf(command.process.pid as number), 'SIGKILL');
    command.process.stdin?.write('\n');
    expect(await command.ended).toBe(3);
    const [id = ''] = readdirSync(join(at.home, 'recordings'));
    // The catalogue as a crash leaves it: its last rows stand in the log alone.
    expect(statSync(join(at.home, 'catalog.db-wal')).size).toBeGreaterThan(0);

    disk.fill();
    await expectReadable(at, id, notKept(at, id, FULL));
    disk.remount('ro');
    await expectReadable(at, id, notKept(at, id, READ_ONLY));
    expect(readdirSync(tmp)).toEqual([]);

    disk.remount('rw');
    disk.free();
    await expectReadable(at, id, '');
    expect(readdirSync(join(at.home, 'recordings', id)).sort()).toEqual(['base.bin', 'index.tbl', 'manifest.json']);
  });
});
