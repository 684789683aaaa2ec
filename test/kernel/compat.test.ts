import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext } from 'vitest';
import { requireCompat } from '../support/compat.js';
import { kernelTest } from '../support/kernel.js';
import { Bench, compiled } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

/** Gaps as [file that they name, cause]. */
async function record(context: TestContext, act: 'look' | 'write' | 'make') {
  const program = await compiled('test/kernel/fixtures/compat.c');
  await requireCompat(context);
  const at = new Bench(temp());
  for (const name of ['old', 'other']) writeFileSync(join(at.work, name), `${name}\n`);
  const { summary, code, id } = await at.record([program, act, act === 'make' ? 'new' : 'old']);
  const log = await at.log(id);
  const gaps = log.filter(({ kind }) => kind === 'gap').map(({ path }) => path);
  const end = await at.dk(['cat', id, act === 'make' ? 'new' : 'old']);
  return { code, gaps, verified: / · verified · /.test(summary), end: end.stdout };
}

describe('the calls of a 32-bit program', () => {
  kernelTest('that change nothing are no gap', async (context) => {
    const { code, gaps, verified, end } = await record(context, 'look');
    expect({ code, gaps, verified, end }).toEqual({ code: 0, gaps: [], verified: true, end: 'old\n' });
  });

  kernelTest('that write to a file are a gap, and it is read back', async (context) => {
    const { code, gaps, verified, end } = await record(context, 'write');
    expect({ code, verified, end }).toEqual({ code: 0, verified: true, end: '32 bits\n' });
    expect(gaps.length).toBeGreaterThan(0);
  });

  kernelTest('that make a file put everything in doubt', async (context) => {
    const { code, gaps, verified, end } = await record(context, 'make');
    expect({ code, verified, end }).toEqual({ code: 0, verified: true, end: '32 bits\n' });
    expect(gaps).toContain('');
  });
});
