import { join } from 'node:path';
import { expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

const MAKE = `import os, socket, stat
os.mkfifo(b'pipe-\\xff'); os.mknod(b'null-\\xfe', 0o600 | stat.S_IFCHR, os.makedev(1, 3))
socket.socket(socket.AF_UNIX).bind(b'socket-\\xfd')
open(b'file-\\xfc', 'w').close(); os.mkdir(b'folder-\\xfb'); os.symlink(b'to-\\xfa', b'link-\\xf9')`;
/** Types by name, as stat(2) has them, and devices. */
const LIST = `import os, stat, sys
for name in sorted(os.listdir(os.fsencode(sys.argv[1]))):
    s = os.lstat(os.path.join(os.fsencode(sys.argv[1]), name))
    print(ascii(name), stat.filemode(s.st_mode)[0], s.st_rdev)`;

kernelTest('a checkout makes what has a name that is not UTF-8, of every type', async () => {
  const bench = new Bench(temp());
  const { id, summary } = await bench.record(['python3', '-c', MAKE]);
  expect(summary).toContain(' · 0 gaps · verified · ');
  const to = join(bench.folder, 'out');
  const { code, stderr } = await bench.dk(['checkout', id, '--to', to]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('left out')]);
  const list = async (folder: string) => (await run(['python3', '-c', LIST, folder])).stdout;
  const made = await list(bench.work);
  expect(made.split('\n')).toHaveLength(7);
  expect(await list(to)).toBe(made);
});
