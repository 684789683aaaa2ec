import { join } from 'node:path';
import { expect } from 'vitest';
import { checkOracle, explain } from '../oracle/check.js';
import { type Filesystem, mountFilesystem, upperLayer } from '../support/filesystems.js';
import type { DkEvent } from '../../src/events/event.js';
import { kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/**
 * Random work by several processes, whose truth is told by themselves at every marker (test/oracle/oracle.py).
 * CI runs a small fixed set; `npm run test:oracle` (DK_ORACLE=full) runs 20 seeds of 5,000 operations over the whole
 * table, with threads, on each filesystem. DK_ORACLE_SEED=N or A-B chooses seeds, DK_ORACLE_FS=tmpfs,overlay filesystems.
 */
const FULL = process.env.DK_ORACLE === 'full';
const ORACLE = `${PROJECT_DIR}/test/oracle/oracle.py`;

interface OracleRun {
  seed: number;
  filesystem: Filesystem;
  table: 'issue2' | 'full';
  ops: number;
  markers: number;
  threads: number;
}

const small = (seed: number, filesystem: Filesystem): OracleRun => ({
  seed,
  filesystem,
  table: 'issue2',
  ops: 2000,
  markers: 50,
  threads: 1,
});
const large = (seed: number, filesystem: Filesystem): OracleRun => ({
  seed,
  filesystem,
  table: 'full',
  ops: 5000,
  markers: 100,
  threads: 1 + (seed % 2),
});

const seeds = (process.env.DK_ORACLE_SEED ?? (FULL ? '1-20' : '')).split('-').map(Number) as [number, number?];
const filesystems = (process.env.DK_ORACLE_FS ?? 'disk,tmpfs,overlay,overlay-tmpfs,overlay-xino').split(
  ',',
) as Filesystem[];
const FIXED = [small(1, 'disk'), small(2, 'disk'), small(1, 'tmpfs'), small(1, 'overlay'), large(3, 'disk')];
const runs = seeds[0] === 0 ? FIXED : filesystems.flatMap((filesystem) => chosen(filesystem));

function chosen(filesystem: Filesystem): OracleRun[] {
  const [first, last = first] = seeds;
  const size = FULL ? large : small;
  return Array.from({ length: last - first + 1 }, (_, i) => size(first + i, filesystem));
}

const temp = tempFolders();

for (const row of runs) {
  const { seed, filesystem, table, ops, markers, threads } = row;
  kernelTest(
    `${filesystem}, ${table} table, seed ${seed}, ${ops} operations, ${threads} threads a process`,
    async () => {
      const bench = new Bench(temp());
      const aside = join(bench.folder, 'layers');
      const upper = upperLayer(filesystem, aside) ?? '';
      const options = Object.entries({ dir: bench.work, seed, table, ops, markers, threads, procs: 4, upper });
      const oracle = ['python3', ORACLE, ...options.flatMap(([name, value]) => [`--${name}`, String(value)])];
      const prepare = async () => expect(await run([...oracle, '--prepare'])).toMatchObject({ code: 0, stderr: '' });
      const unmount = await mountFilesystem(filesystem, { at: bench.work, aside, fill: prepare });
      try {
        await recordAndCheck(bench, oracle, row);
      } finally {
        await unmount();
      }
    },
    300_000,
  );
}

async function recordAndCheck(bench: Bench, oracle: readonly string[], row: OracleRun): Promise<void> {
  const recorded = await bench.record(oracle, { cwd: join(bench.work, 'tree') });
  if (recorded.code !== 0) throw new Error(`The oracle itself failed:\n${recorded.stderr}`);
  const recording = await bench.open(recorded.id);
  try {
    const report = await checkOracle(recording, bench.work);
    if (report.wrong.length > 0) expect.fail(await explain(recording, bench.work, report));
    expect(report.markers).toBe(row.markers + 1);
    // Workers may meet at one file (two shared logs, links, inherited descriptors), and then the order may not be told.
    const others: DkEvent[] = [];
    for await (const event of recording.events({ kinds: new Set(['gap']) }))
      if (event.kind === 'gap' && !/ at the same time$| while another /.test(event.cause)) others.push(event);
    expect(others).toEqual([]);
  } finally {
    await recording.close();
  }
  expect(recorded.summary).toMatch(/ gaps? · verified · /);
}
