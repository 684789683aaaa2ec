import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { DK, kernelTest } from '../support/kernel.js';
import { LONG } from '../support/program-test.js';
import { Bench, compiled, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const SECONDS = LONG ? 30 : 2;

/** What `/proc/self/mountinfo` says: where a cgroup v2 is mounted. */
function cgroupMount(): string | undefined {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
}

/** Four writers as fast as they go; then dk compares what it has with the disk. */
async function flatOut({ through = [] as readonly string[], buffer = '64M', largest = 1 << 20 } = {}) {
  const at = new Bench(temp());
  const program = await compiled('test/kernel/fixtures/flat-out.c');
  const dk = [DK, 'run', '--no-tui', '--buffer', buffer, '--', program, '4', `${SECONDS}`, `${largest}`];
  const { code, stdout, stderr } = await run([...through, ...dk], { cwd: at.work, env: at.env });
  if (code !== 0) throw new Error(`it ended with ${code}:\n${stderr}`);
  const [recording] = (await at.dk(['ls', '--json'])).stdout.split('\n');
  const { id } = JSON.parse(recording as string) as { id: string };
  const info = at.info(id);
  if (LONG) process.stderr.write(`\n${stdout}${stderr}frozen ${(info.frozenNs / 1e9).toFixed(1)} s\n`);
  return { info, gaps: (await at.log(id)).filter((event) => event.kind === 'gap') };
}

describe('four writers flat out', () => {
  kernelTest(
    'are held back, and nothing is lost',
    async (context) => {
      if (cgroupMount() === undefined) context.skip('no cgroup v2 is mounted here');
      const { info } = await flatOut();
      expect({ lost: info.lostRecords, gaps: info.gaps }).toEqual({ lost: 0, gaps: 0 });
      expect(info.verified).toMatchObject({ ok: true, differences: 0 });
    },
    900_000,
  );

  kernelTest(
    'where they cannot be held back, what is lost is a gap each, and the end is right',
    async () => {
      const mount = cgroupMount();
      const hidden = `mount -t tmpfs none ${mount} && exec "$@"`;
      const through = mount === undefined ? [] : ['unshare', '--mount', 'sh', '-c', hidden, 'sh'];
      // Two seconds cannot overrun the usual ring, and writes of 1 MiB would go around a smaller one.
      const { info, gaps } = await flatOut(LONG ? { through } : { through, buffer: '8M', largest: 64 << 10 });
      expect(info.verified).toMatchObject({ ok: true, differences: 0 });
      expect(info.gaps).toBe(gaps.length);
      expect(gaps.length > 0).toBe(info.lostRecords > 0);
      if (!LONG) expect(gaps.length).toBeGreaterThan(0);
    },
    900_000,
  );
});
