import { expect } from 'vitest';
import { checkOracle, explain } from '../oracle/check.js';
import { kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/**
 * Random work by several processes, whose truth is told by themselves at every marker (test/oracle/oracle.py).
 * CI runs a small fixed set; `npm run test:oracle` (DK_ORACLE=full) runs 20 seeds of 5,000 operations over the whole
 * table, with threads. DK_ORACLE_SEED=N or A-B chooses seeds.
 */
const FULL = process.env.DK_ORACLE === 'full';
const ORACLE = `${PROJECT_DIR}/test/oracle/oracle.py`;

interface OracleRun {
  seed: number;
  table: 'issue2' | 'full';
  ops: number;
  markers: number;
  threads: number;
  /** Bytes from pipes are not known until the end, and what is copied from them. */
  splices: boolean;
}

const small = (seed: number): OracleRun => ({
  seed,
  table: 'issue2',
  ops: 2000,
  markers: 50,
  threads: 1,
  splices: false,
});
const large = (seed: number): OracleRun => ({
  seed,
  table: 'full',
  ops: 5000,
  markers: 100,
  threads: 1 + (seed % 2),
  splices: seed % 3 === 0,
});
const size = FULL ? large : small;
const [first, last] = (process.env.DK_ORACLE_SEED ?? (FULL ? '1-20' : '')).split('-').map(Number) as [number, number?];
const chosen = Array.from({ length: (last ?? first) - first + 1 }, (_, i) => size(first + i));
const runs = first === 0 ? [small(1), small(2), large(3)] : chosen;

const temp = tempFolders();

for (const row of runs) {
  const title = `${row.table} table, seed ${row.seed}, ${row.ops} operations, ${row.threads} threads a process`;
  kernelTest(
    title,
    async () => {
      const bench = new Bench(temp());
      const { seed, table, ops, markers, threads } = row;
      const without = row.splices ? '' : 'splice';
      const options = Object.entries({ dir: bench.work, seed, table, ops, markers, threads, without, procs: 4 });
      const oracle = ['python3', ORACLE, ...options.flatMap(([name, value]) => [`--${name}`, String(value)])];
      expect(await run([...oracle, '--prepare'])).toMatchObject({ code: 0, stderr: '' });
      const recorded = await bench.record(oracle);
      if (recorded.code !== 0) throw new Error(`The oracle itself failed:\n${recorded.stderr}`);
      const recording = await bench.open(recorded.id);
      try {
        const report = await checkOracle(recording, bench.work);
        if (report.wrong.length > 0) expect.fail(await explain(recording, bench.work, report));
        expect(report.markers).toBe(markers + 1);
      } finally {
        await recording.close();
      }
      expect(recorded.summary).toMatch(row.splices ? / gaps? · verified · / : / · 0 gaps · verified · /);
    },
    300_000,
  );
}
