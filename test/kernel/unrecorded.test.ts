import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, type Recorded, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** What the kernel and other processes change in the roots: no recorded call did it, and yet the end is what the disk is. */
const temp = tempFolders();

const BY_OTHERS = 'changed by something that was not recorded: another process, or the kernel';

interface Gap {
  path: string;
  cause: string;
}

/** Every gap, after it was checked that each is made good and that the end was verified. */
async function gapsOf(at: Bench, { id, summary }: Recorded): Promise<Gap[]> {
  const gaps = await at.log(id, ['--kind', 'gap']);
  expect(summary).toContain(` · ${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'} · verified · `);
  expect(await at.dk(['verify', id])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^verified · /) });
  return gaps.map(({ path, cause }) => ({ path: path as string, cause: cause as string }));
}

async function endBytes(at: Bench, id: string, name: string): Promise<Buffer> {
  const recording = await at.open(id);
  try {
    const state = await recording.state(recording.length);
    const node = state.lookup(join(at.work, name));
    if (node === undefined) throw new Error(`${name} is not there at the end`);
    return await recording.content(state, node.file).all();
  } finally {
    await recording.close();
  }
}

/** A program of another session that does what is written to its socket, and answers when it was done. */
const HELPER = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(1); print('ready', flush=True)
while True:
    c, _ = s.accept()
    exec(c.recv(65536).decode(), {'os': os})
    c.sendall(b'done'); c.close()
`;
const ASK = `
import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode()); assert s.recv(9) == b'done'
`;

/** Records a shell script in which \`ask PROGRAM\` has the helper run that Python program. */
async function recordAsking(at: Bench, script: string, dkOptions: readonly string[] = []): Promise<Recorded> {
  const socket = join(at.folder, 'socket');
  const helper = spawn('python3', ['-c', HELPER, socket], { cwd: at.work, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(helper.stdout, 'data');
    writeFileSync(join(at.folder, 'ask.py'), ASK);
    const ask = `ask() { python3 -B ../ask.py ${socket} "$1"; }\n`;
    const recorded = await at.record(['sh', '-ec', ask + script], { dkOptions });
    expect(recorded).toMatchObject({ code: 0 });
    return recorded;
  } finally {
    helper.kill();
    await once(helper, 'close');
  }
}

describe('the kernel writes', () => {
  kernelTest('a core dump', async () => {
    const at = new Bench(temp());
    const before = readFileSync('/proc/sys/kernel/core_pattern');
    writeFileSync('/proc/sys/kernel/core_pattern', 'core.%e');
    try {
      const recorded = await at.record([
        'sh',
        '-c',
        `ulimit -c unlimited; echo x > out; python3 -c 'import os; os.abort()'; true`,
      ]);
      const [core] = (await run(['find', at.work, '-name', 'core.*'])).stdout.trim().split('\n') as [string];
      expect(await gapsOf(at, recorded)).toEqual([
        { path: core, cause: 'changed by something that was not recorded: a core dump by the kernel' },
      ]);
      expect((await endBytes(at, recorded.id, core.slice(at.work.length + 1))).equals(readFileSync(core))).toBe(true);
    } finally {
      writeFileSync('/proc/sys/kernel/core_pattern', before);
    }
  });

  kernelTest('the accounting of processes, that another process began', async () => {
    const at = new Bench(temp());
    const acct = (file: string): string => `import ctypes; assert ctypes.CDLL(None).acct(${file}) == 0`;
    const script = `: > log; ask '${acct('b"log"')}'; true; ls > list; ask '${acct('None')}'`;
    const recorded = await recordAsking(at, script);
    expect(statSync(join(at.work, 'log')).size).toBeGreaterThan(0);
    expect(await gapsOf(at, recorded)).toEqual([
      {
        path: join(at.work, 'log'),
        cause: "changed by something that was not recorded: the kernel's accounting of processes (acct)",
      },
    ]);
    expect((await endBytes(at, recorded.id, 'log')).equals(readFileSync(join(at.work, 'log')))).toBe(true);
  });

  kernelTest('the image of a loop device, one that was there before and one that the command made', async () => {
    const at = new Bench(temp());
    writeFileSync(join(at.work, 'old'), Buffer.alloc(1 << 20, 'a'));
    const script = `
      truncate -s 1M new
      for image in old new; do
        dev=$(losetup -f --show $image)
        echo $image | dd of=$dev conv=notrunc,fsync status=none
        losetup -d $dev
      done`;
    const recorded = await at.record(['sh', '-ec', script]);
    expect(recorded.code).toBe(0);
    expect((await gapsOf(at, recorded)).map(({ path }) => path).sort()).toEqual([
      join(at.work, 'new'),
      join(at.work, 'old'),
    ]);
    for (const name of ['old', 'new'])
      expect((await endBytes(at, recorded.id, name)).equals(readFileSync(join(at.work, name)))).toBe(true);
    // The guard saved them when losetup opened the file for writing.
    expect((await at.dk(['cat', recorded.id, 'old@0'])).stdout === 'a'.repeat(1 << 20)).toBe(true);
  });

  kernelTest('the image of a loop device that stays, by its name', async () => {
    const at = new Bench(temp());
    writeFileSync(join(at.work, 'image'), Buffer.alloc(1 << 20, 'a'));
    const image = join(at.work, 'image');
    const attached = await run(['losetup', '-f', '--show', image]);
    const dev = attached.stdout.trim();
    try {
      const recorded = await at.record(['sh', '-ec', `echo b | dd of=${dev} conv=notrunc,fsync status=none`]);
      expect(await gapsOf(at, recorded)).toEqual([
        { path: image, cause: 'changed by something that was not recorded: a loop device of which it is the image' },
      ]);
      expect((await endBytes(at, recorded.id, 'image')).subarray(0, 3).toString()).toBe('b\na');
      expect(await at.dk(['cat', recorded.id, 'image@0'])).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringMatching(/^dk: The bytes of image at event 0 of recording \w+ are not known\./),
      });
    } finally {
      await run(['losetup', '-d', dev]);
    }
  });

  kernelTest('the upper layer of an overlay', async () => {
    const at = new Bench(temp());
    for (const dir of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(at.work, dir));
    writeFileSync(join(at.work, 'lower', 'old'), 'old\n');
    const options = 'lowerdir=lower,upperdir=upper,workdir=work';
    const script = `mount -t overlay overlay -o ${options} merged; cd merged; echo new >> old; mkdir d; echo b > d/b`;
    const recorded = await at.record(['unshare', '-m', 'sh', '-ec', script]);
    expect(recorded).toMatchObject({ code: 0 });
    const gaps = await gapsOf(at, recorded);
    expect(gaps.map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining([join(at.work, 'upper', 'd'), join(at.work, 'upper', 'old')]),
    );
    expect(new Set(gaps.filter(({ path }) => path.includes('/upper/')).map(({ cause }) => cause))).toEqual(
      new Set(['changed by something that was not recorded: an overlay of which it is in the upper layer']),
    );
    expect((await at.dk(['cat', recorded.id, 'upper/old'])).stdout).toBe('old\nnew\n');
    expect((await at.dk(['cat', recorded.id, 'upper/d/b'])).stdout).toBe('b\n');
  });
});

describe('a process that is not of the command', () => {
  kernelTest('makes, changes and removes files, and links and replaces them', async () => {
    const at = new Bench(temp());
    for (const name of ['changed', 'gone', 'linked', 'replaced', 'chmod'])
      writeFileSync(join(at.work, name), `${name}\n`);
    mkdirSync(join(at.work, 'dir/sub'), { recursive: true });
    writeFileSync(join(at.work, 'dir/sub/file'), 'x\n');
    const recorded = await recordAsking(
      at,
      `echo mine > mine
      ask "
open('new', 'w').write('new')
open('changed', 'a').write('more')
open('mine', 'a').write('theirs')
os.remove('gone'); os.link('linked', 'link')
open('tmp', 'w').write('other'); os.rename('tmp', 'replaced')
os.chmod('chmod', 0o600)
os.makedirs('tree/a/b'); open('tree/a/b/c', 'w').write('deep')
os.rename('dir', 'moved')"`,
    );
    const gaps = await gapsOf(at, recorded);
    expect(new Set(gaps.map(({ cause }) => cause))).toEqual(new Set([BY_OTHERS]));
    expect(gaps.map(({ path }) => path.slice(at.work.length + 1)).sort()).toEqual([
      'changed',
      'chmod',
      'dir',
      'gone',
      'link',
      'linked',
      'mine',
      'moved',
      'new',
      'replaced',
      'tree',
    ]);
    for (const [name, bytes] of Object.entries({
      new: 'new',
      changed: 'changed\nmore',
      mine: 'mine\ntheirs',
      link: 'linked\n',
      replaced: 'other',
      'tree/a/b/c': 'deep',
      'moved/sub/file': 'x\n',
    }))
      expect(await at.dk(['cat', recorded.id, name])).toMatchObject({ code: 0, stdout: bytes });
    for (const name of ['changed', 'gone', 'replaced', 'linked', 'chmod'])
      expect(await at.dk(['cat', recorded.id, `${name}@0`])).toMatchObject({ code: 4, stdout: '' });
    const out = join(at.folder, 'out');
    expect(await at.dk(['checkout', recorded.id, '--to', out])).toMatchObject({ code: 0 });
    expect(statSync(join(out, 'link')).ino).toBe(statSync(join(out, 'linked')).ino);
    expect(await run(['diff', '-r', at.work, out])).toMatchObject({ code: 0, stdout: '' });
  });

  for (const [how, after] of Object.entries({ untouched: '', 'that the command gives another mode': 'chmod 640 file' }))
    kernelTest(`changes bytes and sets the time back, of a file ${how}`, async () => {
      const at = new Bench(temp());
      const file = join(at.work, 'file');
      writeFileSync(file, 'before\n');
      utimesSync(file, 1000, 1000);
      const change = `ask "open('file', 'r+').write('after.'); os.utime('file', (1000, 1000))"`;
      const recorded = await recordAsking(at, how === 'untouched' ? change : `${after}; ${change}`);
      expect(await gapsOf(at, recorded)).toEqual([{ path: file, cause: BY_OTHERS }]);
      expect(await at.dk(['cat', recorded.id, 'file'])).toMatchObject({ code: 0, stdout: 'after.\n' });
      expect(await at.dk(['cat', recorded.id, 'file@0'])).toMatchObject({ code: 4, stdout: '' });
    });

  kernelTest('changes bytes of a file that the command touches afterwards', async () => {
    const at = new Bench(temp());
    writeFileSync(join(at.work, 'file'), 'before\n');
    const recorded = await recordAsking(at, `ask "open('file', 'r+').write('after.')"; chmod 640 file`);
    expect(await gapsOf(at, recorded)).toEqual([{ path: join(at.work, 'file'), cause: BY_OTHERS }]);
    expect(await at.dk(['cat', recorded.id, 'file'])).toMatchObject({ code: 0, stdout: 'after.\n' });
    expect(await at.dk(['cat', recorded.id, 'file@0'])).toMatchObject({ code: 4, stdout: '' });
  });

  kernelTest('changes what is excluded, which nobody looks at', async () => {
    const at = new Bench(temp());
    writeFileSync(join(at.work, 'a.log'), 'before\n');
    const ask = `ask "open('a.log', 'a').write('x'); open('b.log', 'w').write('x')"`;
    expect(await gapsOf(at, await recordAsking(at, ask, ['--exclude', '*.log']))).toEqual([]);
  });

  kernelTest('makes more than the limit for what is read back', async () => {
    const at = new Bench(temp());
    const big = join(at.work, 'big');
    const recorded = await recordAsking(at, `ask "open('big', 'wb').write(b'x' * 3000000)"`, [
      '--preimage-limit',
      '2M',
    ]);
    expect(recorded.summary).toContain(' · 1 gap · NOT VERIFIED, 1 difference ');
    expect(await at.log(recorded.id, ['--kind', 'gap'])).toMatchObject([{ path: big, cause: BY_OTHERS }]);
    expect(await at.dk(['cat', recorded.id, 'big'])).toMatchObject({ code: 4, stdout: '' });
  });
});

kernelTest('what the command itself did is no gap: every time, link and name of it is explained', async () => {
  const at = new Bench(temp());
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) writeFileSync(join(at.work, name), `${name}\n`);
  mkdirSync(join(at.work, 'dir'));
  writeFileSync(join(at.work, 'dir/x'), 'x\n');
  const script = `
    chmod 600 a; touch b; touch -d @1000 c; ln d d2; mv e e2; truncate -s 2 f; mv dir moved; chmod 700 moved
    cat g; rm d; : > temporary; rm temporary; mkdir gone; rmdir gone; ln e2 e3; rm e3; chown 0:0 a`;
  const recorded = await at.record(['sh', '-ec', script]);
  expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(await at.dk(['cat', recorded.id, `${name}@0`])).toMatchObject({ code: 0, stdout: `${name}\n` });
  expect(existsSync(join(at.home, 'recordings', recorded.id, 'end.bin'))).toBe(false);
});
