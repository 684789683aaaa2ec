import { expect } from 'vitest';
import { openStore } from '../../src/catalog/store.js';
import { kernelTest } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const RUNS = 4;

kernelTest('listings beside runs that start, end and never start show whole recordings only', async () => {
  const bench = new Bench(temp());
  await bench.record(['true']);
  let running = true;
  const listed: string[] = [];
  const list = (async () => {
    while (running) {
      const { code, stderr } = await bench.dk(['ls']);
      listed.push(`${code}${stderr}`);
    }
  })();
  try {
    for (let n = 0; n < RUNS; n++) {
      await bench.record(['true']);
      expect((await bench.dk(['run', '--no-tui', '--', '/nonexistent'])).code).toBe(127);
    }
  } finally {
    running = false;
    await list;
  }
  expect(new Set(listed)).toEqual(new Set(['0']));
  expect(
    openStore(bench.home)
      .list()
      .map((info) => info.state),
  ).toEqual(Array(RUNS + 1).fill('sealed'));
});
