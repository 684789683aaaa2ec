import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

/** Maps files shared, more than are followed in a process. */
const PROGRAM = `
import mmap, os, signal
def mapped(name):
    f = open(name, 'w+b')
    f.truncate(8192)
    return mmap.mmap(f.fileno(), 8192)
m = mapped('closed')
m[10:13] = b'abc'
m.close()
with open('unchanged', 'w+b') as f:
    f.write(b'x' * 5000)
    f.flush()
    u = mmap.mmap(f.fileno(), 5000)
more = [mapped(f'more{i}') for i in range(8)]
for m in more: m[0:4] = b'dead'
os.kill(os.getpid(), signal.SIGKILL)
`;

describe('shared mappings at the end of a command', () => {
  kernelTest('what was not recorded already is read back, and nothing else', async () => {
    const at = new Bench(temp());
    const { id, summary } = await at.record(['python3', '-c', PROGRAM]);
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    const log = await at.log(id);
    const syncs = log.filter((event) => event.kind === 'file.sync');
    const own = syncs.filter((event) => event.comm !== 'dk').map(({ path }) => path);
    const atEnd = syncs.filter((event) => event.comm === 'dk');
    // `unchanged` is one of the eight.
    const followed = ['closed', ...Array.from({ length: 7 }, (_, i) => `more${i}`)];
    expect(own).toEqual(followed.map((name) => join(at.work, name)));
    expect(atEnd).toMatchObject([{ path: join(at.work, 'more7'), offset: 0, length: 8192 }]);
  });
});
