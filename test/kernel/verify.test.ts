import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { compareProof } from '../../src/timeline/compare-proof.js';
import { decodeProof } from '../../src/timeline/proof-codec.js';
import { DK, kernelTest } from '../support/kernel.js';
import { Bench, jsonLines, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const NOBODY = 65534;
const temp = tempFolders();

kernelTest(
  'a sparse file of 2 GB is proven without reading its holes',
  async () => {
    const at = new Bench(temp());
    const script =
      'truncate -s 2G big; printf x | dd of=big bs=1 seek=1500000000 conv=notrunc status=none; echo end >> big';
    const recorded = await at.record(['sh', '-c', script]);
    expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
    expect((await at.dk(['verify'])).stdout).toBe('verified · 1 path · 0 differences · 0 gaps\n');
  },
  60_000,
);

kernelTest('bytes that only a file has are not known to who may not read it, and that is said', async () => {
  const at = new Bench(temp());
  const closed = join(at.folder, 'closed');
  mkdirSync(closed);
  writeFileSync(join(closed, 'out'), 'before\n');
  chmodSync(join(closed, 'out'), 0o600);
  // Below another guard there is none, so that nothing is saved, as for a file that the user may only append to.
  const inner = ['env', `DK_HOME=${at.home}`, DK, 'run', '--no-tui', '--', 'sh', '-c', 'echo after >> ../closed/out'];
  await new Bench(temp()).record(inner, { cwd: at.work });
  const { id } = jsonLines((await at.dk(['ls', '--json'])).stdout)[0] as { id: string };
  const recording = await at.open(id);
  const proof = decodeProof((await recording.meta('proof')) as Buffer);
  expect(await compareProof(recording, proof)).toMatchObject({ ok: true, differences: [] });
  const own = process.geteuid?.() as number;
  chmodSync(at.folder, 0o755);
  process.seteuid?.(NOBODY);
  try {
    const { ok, differences } = await compareProof(recording, proof);
    expect({ ok, differences }).toEqual({
      ok: false,
      differences: [
        {
          path: join(closed, 'out'),
          what: 'unknown-bytes',
          recorded: 'bytes that were there before and stand in the file alone, which you may not read',
          found: expect.stringMatching(/^sha256 [0-9a-f]{64}$/),
        },
      ],
    });
  } finally {
    process.seteuid?.(own);
    await recording.close();
  }
});

kernelTest('a file that has the name of a removed one, which the command is given open', async () => {
  const at = new Bench(temp());
  writeFileSync(join(at.folder, 'x'), 'removed\n');
  const change = 'echo unseen >&7; chmod 600 ../x; echo more >> ../x';
  const begin = 'exec 7<>../x; rm ../x; echo instead > ../x; exec "$0" run --no-tui -- sh -c "$1"';
  expect(await run(['sh', '-c', begin, DK, change], { cwd: at.work, env: at.env })).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/ · 0 gaps · verified · /),
  });
  expect((await at.dk(['verify'])).stdout).toBe('verified · 1 path · 0 differences · 0 gaps\n');
  expect((await at.dk(['cat', `${at.folder}/x@0`])).stdout).toBe('instead\n');
});
