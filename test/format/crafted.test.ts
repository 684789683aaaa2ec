/** Every command on every crafted recording: an answer, or a sentence; never a hang, a defect or a byte that steers. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/index/byte-writer.js';
import { faultsOf } from '../support/every-command.js';
import { forgedBundle, ROOT } from '../support/forged-bundle.js';
import { tempFolders } from '../support/temp-folder.js';
import { runCli } from '../unit/cli/run-cli.js';
import { CRAFTED } from './crafted.js';

const newFolder = tempFolders();

async function saved(name: keyof typeof CRAFTED): Promise<string> {
  const file = join(newFolder(), 'bug.dk.zip');
  writeFileSync(file, await forgedBundle(CRAFTED[name] ?? {}));
  return file;
}

test.each(Object.keys(CRAFTED))('%s', async (name) => {
  const bundle = await saved(name);
  expect(await faultsOf(bundle, newFolder())).toEqual([]);
  const { refused } = CRAFTED[name] ?? {};
  const { code, stderr } = await runCli(['tree', bundle], { home: join(newFolder(), 'home') });
  expect([code, stderr]).toEqual(refused === undefined ? [0, ''] : [4, expect.stringMatching(refused)]);
});

test('--stat of more files than a call takes arguments', async () => {
  const OWNER = { mode: 0o644, uid: 0, gid: 0 };
  const events = Array.from({ length: 130_000 }, (_, at) => ({
    kind: 'file.create',
    file: 100 + at,
    path: `${ROOT}/f${at}`,
    ...OWNER,
  }));
  const file = join(newFolder(), 'bug.dk.zip');
  writeFileSync(file, await forgedBundle({ events }));
  const { code, stdout } = await runCli(['diff', file, 'start', 'end', '--stat'], { home: join(newFolder(), 'home') });
  expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([
    0,
    ' 130000 files changed, 0 insertions(+), 0 deletions(-)',
  ]);
});

/** Prints the names that are opened in a folder until its input ends. IN_OPEN of inotify(7), which Node does not give. */
const WATCH = `import ctypes, os, select, struct, sys
libc = ctypes.CDLL(None)
fd = libc.inotify_init1(os.O_NONBLOCK)
libc.inotify_add_watch(fd, sys.argv[1].encode(), 0x20)
print('ready', flush=True)
sys.stdin.read()
try: data = os.read(fd, 65536)
except BlockingIOError: data = b''
while data:
    _, mask, _, n = struct.unpack_from('iIII', data)
    print(data[16:16 + n].rstrip(b'\\0').decode())
    data = data[16 + n:]
`;

test('no path that a bundle names is opened', async () => {
  const folder = newFolder();
  const watched = join(folder, 'watched');
  mkdirSync(watched);
  for (const name of ['new', 'old']) writeFileSync(join(watched, name), 'secret');
  const entry = (path: string): void => {
    out.uint(0);
    out.text(path);
    out.byte(1 | 4);
    for (const value of [1n, 5n]) out.bigint(value);
    for (const value of [0o100644, 1, 0, 0, 0, 0]) out.uint(value);
    for (const value of [0n, 0n]) out.bigint(value);
    out.raw(Buffer.alloc(32));
  };
  const out = new ByteWriter();
  for (const value of [1, 1, 2]) out.uint(value);
  entry(join(watched, 'new'));
  entry(join(watched, 'old'));
  const bundle = join(folder, 'bug.dk.zip');
  const forged = await forgedBundle({
    events: [{ kind: 'file.create', file: 100, path: join(watched, 'new'), mode: 0o644, uid: 0, gid: 0 }],
    meta: { proof: Buffer.from(out.view()), externals: externalFile(watched, 'old') },
  });
  writeFileSync(bundle, forged);
  const watcher = execFile('python3', ['-c', WATCH, watched]);
  let opened = '';
  watcher.stdout?.on('data', (text: string) => {
    opened += text;
  });
  while (!opened.includes('ready')) await once(watcher.stdout as NodeJS.ReadableStream, 'data');
  await faultsOf(bundle, join(newFolder()));
  watcher.stdin?.end();
  await once(watcher, 'close');
  expect(opened).toBe('ready\n');
});

/** Meta 'externals' that holds a file of the base, and the directories on the way to it. */
function externalFile(folder: string, name: string): Buffer {
  const out = new ByteWriter();
  const parts = [...folder.split('/').filter((part) => part !== ''), name];
  out.uint(1);
  out.uint(parts.length);
  for (const [at, part] of parts.entries()) {
    const mode = at === parts.length - 1 ? 0o100644 : 0o040755;
    for (const value of [7000 + at, mode, 1, 0, 0, 0, mode === 0o100644 ? 6 : 0]) out.uint(value);
    out.text(`1:1:${7000 + at}`);
    out.bigint(0n);
    out.bigint(0n);
    out.byte(0);
    out.uint(1);
    out.uint(at === 0 ? 1 : 6999 + at);
    out.text(part);
  }
  return Buffer.from(out.view());
}
