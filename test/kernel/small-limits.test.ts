import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { DK, kernelTest } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

describe('limits that are meant for the command do not reach dk', () => {
  const LIMITS: [what: string, flag: string, value: string][] = [
    ['the size of files', 'f', '2'],
    ['the stack', 's', '128'],
    ['memory', 'v', '300000'],
    ['data', 'd', '30000'],
    ['descriptors', 'n', '20'],
  ];
  for (const [what, flag, value] of LIMITS) {
    kernelTest(`${what}: ulimit -S${flag} ${value}`, async () => {
      const at = new Bench(temp());
      const old = `${'old'.repeat(4000)}\n`;
      writeFileSync(join(at.work, 'f'), old);
      const command = ['sh', '-c', `ulimit -S${flag} > limit; echo new > f; exit 5`];
      const limited = [
        'sh',
        '-c',
        `ulimit -S${flag} ${value}; exec "$@"`,
        'sh',
        DK,
        'run',
        '--no-tui',
        '--',
        ...command,
      ];
      const { code, stderr } = await run(limited, { cwd: at.work, env: at.env });
      expect(code).toBe(5);
      expect(stderr).toMatch(/^dk: recorded .* · 0 gaps · verified · .*\n$/);
      expect(readFileSync(join(at.work, 'limit'), 'utf8')).toBe(`${value}\n`);
      expect((await at.dk(['cat', '@', 'f@start'])).stdout).toBe(old);
    });
  }
});
