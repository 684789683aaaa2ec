import { closeSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, type Recorded } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** Files of 100 GiB that are nearly all hole. To read or hash the hole takes minutes, which no test here has. */
const temp = tempFolders();
const GIB = 2 ** 30;
const SIZE = 100 * GIB;
const ISLANDS: readonly [offset: number, text: string][] = [
  [0, 'first'],
  [33 * GIB + 12_345, 'middle'],
  [SIZE - 4, 'last'],
];
/** Of recording and reading together; reading the holes alone would take longer. */
const MOST_MS = 60_000;

function makeSparse(path: string): void {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, SIZE);
  for (const [offset, text] of ISLANDS) writeSync(fd, text, offset);
  closeSync(fd);
}

function expectIslands(path: string): void {
  const fd = openSync(path, 'r');
  try {
    for (const [offset, text] of ISLANDS) {
      const bytes = Buffer.alloc(text.length);
      readSync(fd, bytes, 0, bytes.length, offset);
      expect(bytes.toString()).toBe(text);
    }
  } finally {
    closeSync(fd);
  }
  expect(statSync(path).size).toBe(SIZE);
  expect(statSync(path).blocks * 512).toBeLessThan(4 << 20);
}

async function recorded(at: Bench, program: string): Promise<Recorded> {
  const done = await at.record(['python3', '-c', `import os\nSIZE = ${SIZE}\n${program}`]);
  expect(done).toMatchObject({ code: 0 });
  expect(await at.dk(['verify', done.id])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^verified · /) });
  return done;
}

/** Rebuilds the tree at an event; the file there is as it was, holes included. */
async function expectCheckout(at: Bench, id: string, event: string, name: string): Promise<void> {
  const out = join(at.folder, `out-${event}`);
  expect(await at.dk(['checkout', id, '--at', event, '--to', out])).toMatchObject({ code: 0 });
  expectIslands(join(out, name));
}

const WRITE = ISLANDS.map(([offset, text]) => `os.pwrite(fd, b'${text}', ${offset})`).join('\n');

describe('a file of 100 GiB with three islands of data', () => {
  kernelTest(
    'that the command makes',
    async () => {
      const at = new Bench(temp());
      const { id, summary } = await recorded(
        at,
        `fd = os.open('far', os.O_RDWR | os.O_CREAT); ${WRITE.replaceAll('\n', '; ')}
fd = os.open('cut', os.O_RDWR | os.O_CREAT); os.ftruncate(fd, SIZE)`,
      );
      expect(summary).toMatch(/ · 0 gaps · verified · /);
      await expectCheckout(at, id, 'end', 'far');
      expect(await at.dk(['cat', '--json', id, 'far'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`has ${SIZE} bytes, more than --json shows`),
      });
      const diff = await at.dk(['diff', id, 'start', 'end']);
      expect(diff).toMatchObject({ code: 0 });
      expect(diff.stdout).toContain('Binary files /dev/null and b/far differ');
    },
    MOST_MS,
  );

  for (const [how, program] of Object.entries({
    'cuts to nothing': `os.truncate('old', 0)`,
    removes: `os.unlink('old')`,
    'replaces by another': `open('new', 'w').write('new'); os.rename('new', 'old')`,
    'writes into': `fd = os.open('old', os.O_WRONLY); os.pwrite(fd, b'x', SIZE // 2)`,
  }))
    kernelTest(
      `that was there before and that the command ${how}`,
      async () => {
        const at = new Bench(temp());
        makeSparse(join(at.work, 'old'));
        const { id, summary } = await recorded(at, program);
        expect(summary).toMatch(/ · 0 gaps · verified · /);
        await expectCheckout(at, id, 'start', 'old');
        const bundle = join(at.folder, 'x.dk.zip');
        expect(await at.dk(['export', id, '-o', bundle])).toMatchObject({ code: 0 });
        expect(statSync(bundle).size).toBeLessThan(4 << 20);
        const out = join(at.folder, 'out-bundle');
        expect(await at.dk(['checkout', bundle, '--at', 'start', '--to', out])).toMatchObject({ code: 0 });
        expectIslands(join(out, 'old'));
      },
      MOST_MS,
    );

  kernelTest(
    'that somebody else changes',
    async () => {
      const at = new Bench(temp());
      const old = join(at.work, 'old');
      makeSparse(old);
      const done = at.record(['sh', '-c', 'echo ready > ready; while [ ! -e ../go ]; do :; done']);
      while (!statSync(join(at.work, 'ready'), { throwIfNoEntry: false })) await new Promise(setImmediate);
      const fd = openSync(old, 'r+');
      writeSync(fd, 'FIRST', 0);
      closeSync(fd);
      closeSync(openSync(join(at.folder, 'go'), 'w'));
      const { id, summary } = await done;
      expect(summary).toMatch(/ · 1 gap · verified · /);
      const restored = openSync(old, 'r+');
      const out = join(at.folder, 'out');
      expect(await at.dk(['checkout', id, '--to', out])).toMatchObject({ code: 0 });
      writeSync(restored, 'first', 0);
      closeSync(restored);
      const copy = openSync(join(out, 'old'), 'r+');
      writeSync(copy, 'first', 0);
      closeSync(copy);
      expectIslands(join(out, 'old'));
      expect(await at.dk(['checkout', id, '--at', 'start', '--to', join(at.folder, 'out-start')])).toMatchObject({
        code: 4,
      });
    },
    MOST_MS,
  );
});
