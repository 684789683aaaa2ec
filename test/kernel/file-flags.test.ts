import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

async function lettersOf(path: string): Promise<string> {
  const listed = await run(['lsattr', '-d', path]);
  expect(listed.stderr).toBe('');
  return (listed.stdout.split(' ')[0] as string).replace(/[-e]/g, '');
}

kernelTest('what chattr set is proved, shown, and set again in a checkout', async () => {
  const at = new Bench(temp());
  for (const name of ['f', 'g']) writeFileSync(join(at.work, name), `${name}\n`);
  const { id, summary } = await at.record([
    'sh',
    '-ec',
    'mkdir d; chattr +dA f; chattr +i g; chattr -A f; chattr +A d',
  ]);
  try {
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    const set = (await at.log(id, ['--kind', 'meta.flags'])).map(({ path, mask, flags }) => [
      String(path).slice(at.work.length + 1),
      ((mask as number) & (flags as number)) >>> 0,
    ]);
    expect(set).toEqual([
      ['f', 0xc0],
      ['g', 0x10],
      ['f', 0x40],
      ['d', 0x80],
    ]);
    expect((await at.dk(['log', id, 'g', '--kind', 'meta.flags'])).stdout).toMatch(/ chattr +g +immutable\n$/);
    const to = join(at.folder, 'out');
    expect(await at.dk(['checkout', id, '--at', 'end', '--to', to])).toMatchObject({ code: 0 });
    expect([await lettersOf(join(to, 'f')), await lettersOf(join(to, 'g')), await lettersOf(join(to, 'd'))]).toEqual([
      'd',
      'i',
      'A',
    ]);
    await run(['chattr', '-i', join(to, 'g')]);
    await run(['chattr', '-d', join(at.work, 'f')]);
    const { code, stdout } = await at.dk(['verify', id, '--against', at.work]);
    expect({ code, stdout: stdout.split('\n')[0] }).toEqual({
      code: 1,
      stdout: 'f  flags  recorded nodump, found none',
    });
  } finally {
    await run(['chattr', '-i', join(at.work, 'g')]);
  }
});
