import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();

/** Stores to shared mappings, and after each the file `after-NAME`, so that the moment can be named. */
const PROGRAM = `import mmap, os, signal, sys, threading, time
def mapped(name, size=8192):
    fd = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
    os.ftruncate(fd, size)
    memory = mmap.mmap(fd, size)
    os.close(fd)
    return memory
def after(name): open('after-' + name, 'w').close()
def child(body):
    if os.fork() == 0:
        body()
        os._exit(0)
    os.wait()
def killed(name, number):
    memory = mapped(name)
    memory[100:105] = b'hello'
    os.kill(os.getpid(), number)
    time.sleep(9)
child(lambda: killed('killed', signal.SIGKILL)); after('killed')
child(lambda: killed('terminated', signal.SIGTERM)); after('terminated')
memory = mapped('thread'); memory[4096:4099] = b'abc'
thread = threading.Thread(target=memory.close); thread.start(); thread.join(); after('thread')
memory = mapped('inherited')
def store(): memory[8191] = 33
child(store); after('inherited')
long = mapped('long'); long[0:2] = b'12'; time.sleep(0.7); os.getppid(); after('long')
long[1:3] = b'34'; time.sleep(0.7); os.getppid(); after('longer')
`;

describe('writable shared mappings', () => {
  kernelTest(
    'show what was stored in them when a process is killed, a thread unmaps, a child stored, and now and then',
    async () => {
      const bench = new Bench(newFolder());
      writeFileSync(join(bench.folder, 'program.py'), PROGRAM);
      const { id, summary } = await bench.record(['python3', '../program.py']);
      expect(summary).toContain(' · 0 gaps · verified · ');
      const events = await bench.log(id, ['--kind', 'file.sync,file.create']);
      const own = events.filter(({ comm }) => comm !== 'dk');
      const steps = own.map(({ kind, path, offset, length }) => {
        const name = (path as string).slice(bench.work.length + 1);
        return kind === 'file.create' ? name : `${name} ${offset}+${length}`;
      });
      expect(steps).toEqual([
        ...['killed', 'killed 100+5', 'after-killed'],
        ...['terminated', 'terminated 100+5', 'after-terminated'],
        ...['thread', 'thread 4096+3', 'after-thread'],
        ...['inherited', 'inherited 8191+1', 'after-inherited'],
        ...['long', 'long 0+2', 'after-long'],
        ...['long 1+2', 'after-longer'],
      ]);
      const after = own.find(({ path }) => (path as string).endsWith('after-longer'));
      const content = await bench.dk(['cat', id, `long@${after?.seq}`]);
      expect(content.stdout).toBe(`134${'\0'.repeat(8189)}`);
    },
  );

  kernelTest('move the time of a file by storing what it holds', async () => {
    const bench = new Bench(newFolder());
    const program = `import mmap, os
def store():
    with open('f', 'r+b') as file: mmap.mmap(file.fileno(), 4)[0:4] = b'same'
open('f', 'w').write('same')
store()
os.utime('f', ns=(10**18, 10**18))
store()`;
    const { id, summary } = await bench.record(['python3', '-c', program]);
    expect(summary).toContain(' · 0 gaps · verified · ');
    const events = await bench.log(id, ['--kind', 'file.sync,meta.times']);
    expect(events.map(({ kind, comm, length }) => [kind, comm, length])).toEqual([
      ['file.sync', 'python3', 4],
      ['meta.times', 'python3', undefined],
      ['file.sync', 'dk', 0],
    ]);
  });
});
