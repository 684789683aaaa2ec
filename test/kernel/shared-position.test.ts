import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const [PROCESSES, WRITES] = [4, 1500];

/** writers.py FLAGS LINES: processes write through one inherited descriptor as fast as they can. */
const WRITERS = `import os, random, sys
fd = os.open('log', os.O_WRONLY | os.O_CREAT | int(sys.argv[1]), 0o644)
lines = {
    'own': lambda p, i, r: b'%d %d ' % (p, i) + b'abcdefghij'[:i % 9] + b'\\n',
    'equal': lambda p, i, r: b'ok\\n',
    'long': lambda p, i, r: bytes([97 + p]) * r.randrange(1, 9000),
}[sys.argv[2]]
for p in range(${PROCESSES}):
    if os.fork() == 0:
        r = random.Random(p)
        for i in range(${WRITES}): os.write(fd, lines(p, i, r))
        os._exit(0)
for p in range(${PROCESSES}): os.wait()
`;

describe('many writers through one file position', () => {
  for (const [mode, flags] of [
    ['a position', 0],
    ['O_APPEND', 0o2000],
  ] as const) {
    for (const lines of ['own', 'equal', 'long']) {
      kernelTest(`${mode}, ${lines} lines: each write is where it went`, async () => {
        const bench = new Bench(newFolder());
        writeFileSync(join(bench.folder, 'writers.py'), WRITERS);
        const { id, summary } = await bench.record(['python3', '../writers.py', String(flags), lines]);
        expect(summary).toContain(' · 0 gaps · verified · ');
        const writes = await bench.log(id, ['--kind', 'file.write', 'log']);
        expect(writes).toHaveLength(PROCESSES * WRITES);
        let end = 0;
        for (const { offset, length } of writes.sort((a, b) => (a.offset as number) - (b.offset as number))) {
          expect(offset).toBe(end);
          end += length as number;
        }
        expect(end).toBe(statSync(join(bench.work, 'log')).size);
      });
    }
  }
});
