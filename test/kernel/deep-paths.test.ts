import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

/** Goes down 40 directories of 250 bytes each, which it makes. */
const DOWN = `import os, sys
for _ in range(40):
    if sys.argv[1] == 'make': os.mkdir('d' * 250)
    os.chdir('d' * 250)
`;
const MAKE = `open('f', 'w').write('deep')
os.rename('f', 'g'); os.mkdir('e'); open('e/x', 'w').write('1' * 5000)
`;
const CHANGE = `open('g', 'a').write('er'); os.unlink('e/x'); os.symlink('g', 'l')
`;

/** What tar reads of a tree, which has no limit for paths. */
async function digest(folder: string): Promise<string> {
  const tar = 'tar --sort=name --mtime=@0 -cf - . | sha256sum';
  const { code, stdout, stderr } = await run(['sh', '-c', tar], { cwd: folder });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('what lies deeper than a path can be long is a gap, and read back', () => {
  const CASES: [what: string, before: string | undefined, command: string[]][] = [
    ['made', undefined, ['python3', '../make.py', 'make']],
    ['changed', 'make', ['python3', '../change.py', 'there']],
    ['removed', 'make', ['sh', '-c', 'rm -rf d*; echo x > left']],
    ['made and removed', undefined, ['sh', '-c', 'python3 ../make.py make && rm -rf d*']],
  ];
  for (const [what, before, command] of CASES) {
    kernelTest(what, async () => {
      const at = new Bench(temp());
      writeFileSync(join(at.folder, 'make.py'), DOWN + MAKE);
      writeFileSync(join(at.folder, 'change.py'), DOWN + CHANGE);
      if (before !== undefined) await run(['python3', '../make.py', before], { cwd: at.work });
      const recorded = await at.record(command);
      expect(recorded).toMatchObject({ code: 0, stdout: '' });
      expect(recorded.summary).toMatch(/ · [1-9]\d* gaps? · verified · /);
      const gaps = (await at.log(recorded.id)).filter(({ kind }) => kind === 'gap');
      expect([...new Set(gaps.map(({ cause }) => cause))]).toContain('a path of 4096 bytes or more');
      expect((await at.dk(['verify', recorded.id])).code).toBe(0);
      expect((await at.dk(['checkout', recorded.id, '--to', '../out'])).code).toBe(0);
      expect(await digest(join(at.folder, 'out'))).toBe(await digest(at.work));
    });
  }
});
