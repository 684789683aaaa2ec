import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();

/** writers.py PROCESSES WRITES BYTES: each process writes a file of its own as fast as it can. */
const WRITERS = `import os, sys
processes, writes, size = map(int, sys.argv[1:])
for p in range(processes):
    if os.fork() == 0:
        fd = os.open(f'f{p}', os.O_WRONLY | os.O_CREAT, 0o644)
        for i in range(writes): os.write(fd, bytes([p * 7 + i % 7]) * size)
        os._exit(0)
for p in range(processes): os.wait()
`;

function benchWithWriters(): Bench {
  const bench = new Bench(newFolder());
  writeFileSync(join(bench.folder, 'writers.py'), WRITERS);
  return bench;
}

describe('backpressure', () => {
  // Of sizes that do not go around the ring.
  for (const [writes, size, ring] of [
    [20_000, 64, '4M'],
    [3_000, 20_000, '4M'],
    [60, 1 << 20, '32M'],
  ] as const) {
    kernelTest(`four processes write ${size} bytes at a time, and a ring of ${ring} loses nothing`, async () => {
      const bench = benchWithWriters();
      const { id, summary, stderr } = await bench.record(
        ['python3', '../writers.py', '4', String(writes), String(size)],
        { dkOptions: ['--buffer', ring] },
      );
      expect(summary).toContain(' · 0 gaps · verified · ');
      const { lostRecords, frozenNs } = bench.info(id);
      expect(lostRecords).toBe(0);
      if (size > 64) {
        expect(frozenNs).toBeGreaterThan(0);
        expect(stderr).toContain('dk: The command was held back for ');
      }
      const events = await bench.log(id, ['--kind', 'file.write']);
      expect(events).toHaveLength(4 * writes);
      expect(events.every((event) => event.length === size)).toBe(true);
    });
  }

  kernelTest(
    'a store whose disk does not answer holds the command for seconds, not for ever',
    async () => {
      const folder = newFolder();
      const [image, store] = [join(folder, 'image'), join(folder, 'store')];
      mkdirSync(store);
      const must = async (...argv: string[]) => {
        const done = await run(argv);
        if (done.code !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
      };
      await must('truncate', '-s', '1G', image);
      await must('mkfs.ext4', '-q', image);
      await must('mount', '-o', 'loop', image, store);
      try {
        const bench = benchWithWriters();
        // The command suspends the store itself, when it has started for certain, and wakes it when it has got through.
        const script = `echo begun; fsfreeze -f ${store}; trap 'fsfreeze -u ${store}' EXIT
        python3 ../writers.py 2 2000 4096; echo through`;
        const done = await bench.record(['sh', '-c', script], {
          dkOptions: ['--buffer', '4M'],
          env: { DK_HOME: join(store, 'home') },
        });
        expect(done.stdout).toBe('begun\nthrough\n');
        expect(done.code).toBe(0);
        const verify = await bench.dk(['verify', done.id, '--json'], { env: { DK_HOME: join(store, 'home') } });
        // What overflowed is a gap, and the end state is right.
        expect(JSON.parse(verify.stdout)).toMatchObject({ differences: [] });
        expect(done.summary).toMatch(/ [1-9]\d* gaps? · verified · /);
      } finally {
        await run(['fsfreeze', '-u', store]);
        await must('umount', store);
        rmSync(image);
      }
    },
    60_000,
  );
});
