import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

/** Records the script in a mount namespace of its own; the changes as "kind path", relative to the folder. */
async function inNamespace(script: string, prepare: (folder: string) => void = () => {}) {
  const at = new Bench(temp());
  for (const name of ['a', 'b', 'd']) mkdirSync(join(at.work, name));
  prepare(at.work);
  const { summary, stderr, id } = await at.record(['unshare', '--mount', 'sh', '-ec', script]);
  const changes = (await at.log(id))
    .filter(({ kind }) => !/^(proc|output)/.test(`${kind}`))
    .map(({ kind, path, newPath }) =>
      [kind, ...[path, newPath].filter(Boolean).map((one) => relative(at.work, `${one}`))].join(' '),
    );
  return { at, summary, stderr, changes };
}

describe('a mount namespace of the command', () => {
  kernelTest('without mounts of its own is the one of dk', async () => {
    const { summary, changes } = await inNamespace('echo x > a/f; mkdir b/c; mv a/f b/c/g; chmod 600 b/c/g');
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    expect(changes).toEqual([
      'file.create a/f',
      'file.write a/f',
      'dir.create b/c',
      'path.rename a/f b/c/g',
      'meta.mode b/c/g',
    ]);
  });

  kernelTest('bind mounts: the change is at the file that changed', async () => {
    const { summary, changes, at } = await inNamespace(
      `mount --bind a b; echo x > b/f; mkdir b/c; mv b/f b/c/g; cd b/c; ln g h
      echo y >> ../old; cd ../..; umount -l b; mkdir b/e; mount --bind a b; mount --bind d b; touch b/t; umount b; rm b/old`,
      (folder) => writeFileSync(join(folder, 'a/old'), 'old\n'),
    );
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    expect(changes.filter((change) => !change.startsWith('meta.times'))).toEqual([
      'file.create a/f',
      'file.write a/f',
      'dir.create a/c',
      'path.rename a/f a/c/g',
      'link.create a/c/g a/c/h',
      'file.write a/old',
      'dir.create b/e',
      'file.create d/t',
      'path.unlink a/old',
    ]);
    expect((await at.dk(['cat', '@', 'a/old@6'])).code).toBe(0);
  });

  kernelTest('filesystems of its own: recorded apart, and not compared', async () => {
    const { summary, changes, stderr, at } = await inNamespace(
      'mount -t tmpfs none d; echo x > d/f; mkdir d/c; mv d/f d/c/g; echo y > f; umount d; echo z > d/real',
    );
    const apart = relative(at.work, `/[mounted]${at.work}/d`);
    expect(summary).toMatch(/ · 0 gaps · verified · /);
    expect(stderr).toContain('stands below /[mounted] and could not be compared.');
    expect(changes).toEqual([
      `file.create ${apart}/f`,
      `file.write ${apart}/f`,
      `dir.create ${apart}/c`,
      `path.rename ${apart}/f ${apart}/c/g`,
      'file.create f',
      'file.write f',
      'file.create d/real',
      'file.write d/real',
    ]);
    expect((await at.dk(['cat', '@', `/[mounted]${at.work}/d/c/g`])).stdout).toBe('x\n');
  });
});

/** System calls by number, for those that have no name in Python. */
const PYTHON = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def sc(nr, *args):
    result = libc.syscall(ctypes.c_long(nr), *[ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_long(a) for a in args])
    if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(nr))
    return result
def put(path, text):
    with open(path, "w") as file: file.write(text)
W = os.getcwd().encode()
FDCWD = -100
`;
const inPython = (program: string) => `exec python3 -c '${PYTHON}${program}'`;

kernelTest('pivot_root: the new root, the old one below it, and chroot', async () => {
  const program = `
sc(165, W + b"/d", W + b"/d", 0, 0x1000, 0)
os.mkdir("d/old"); os.mkdir("d/work")
sc(165, W + b"/a", W + b"/d/work", 0, 0x1000, 0)
sc(155, W + b"/d", W + b"/d/old")
os.chdir("/")
put("/work/f", "x"); os.mkdir("/work/g"); os.rename("/work/f", "/work/g/h"); os.unlink("/work/was")
os.mkdir("/dir"); os.rename("/dir", "/dir2")
os.mkdir(b"/old" + W + b"/b/c"); os.rename(b"/old" + W + b"/b/c", b"/old" + W + b"/b/e")
sc(166, b"/old", 2)
os.mkdir("/old/plain")
os.chroot("/work"); os.mkdir("/c"); os.rename("/c", "/c2")`;
  const { summary, changes } = await inNamespace(inPython(program), (folder) =>
    writeFileSync(join(folder, 'a/was'), ''),
  );
  expect(summary).toMatch(/ · 0 gaps · verified · /);
  expect(changes).toEqual([
    'dir.create d/old',
    'dir.create d/work',
    'file.create a/f',
    'file.write a/f',
    'dir.create a/g',
    'path.rename a/f a/g/h',
    'path.unlink a/was',
    'dir.create d/dir',
    'path.rename d/dir d/dir2',
    'dir.create b/c',
    'path.rename b/c b/e',
    'dir.create d/old/plain',
    'dir.create a/c',
    'path.rename a/c a/c2',
  ]);
});

kernelTest('fsopen, fsmount, open_tree, move_mount, mount_setattr', async () => {
  const program = `
fs = sc(430, b"tmpfs", 0)
sc(431, fs, 6, 0, 0, 0)
sc(429, sc(432, fs, 0, 0), b"", FDCWD, b"d", 4)
put("d/t", "t"); os.mkdir("d/sub"); os.rename("d/t", "d/sub/t")
tree = sc(428, FDCWD, b"a", 1)
os.mkdir("detached", dir_fd=tree)
sc(429, tree, b"", FDCWD, b"b", 4)
put("b/f", "x"); os.mkdir("b/g"); os.rename("b/f", "b/g/h"); os.unlink("b/was")
sc(442, FDCWD, b"b", 0, bytes([1] + [0] * 31), 32)
try: os.mkdir("b/readonly")
except OSError as error: assert error.errno == 30`;
  const { at, summary, changes } = await inNamespace(inPython(program), (folder) =>
    writeFileSync(join(folder, 'a/was'), ''),
  );
  const apart = relative(at.work, `/[mounted]${at.work}/d`);
  expect(summary).toMatch(/ · 0 gaps · verified · /);
  expect(changes).toEqual([
    `file.create ${apart}/t`,
    `file.write ${apart}/t`,
    `dir.create ${apart}/sub`,
    `path.rename ${apart}/t ${apart}/sub/t`,
    'dir.create a/detached',
    'file.create a/f',
    'file.write a/f',
    'dir.create a/g',
    'path.rename a/f a/g/h',
    'path.unlink a/was',
  ]);
});

kernelTest('mounts that others see, too, are a gap', async () => {
  const at = new Bench(temp());
  mkdirSync(join(at.work, 'd'));
  const script = 'mount -t tmpfs none d; echo x > d/f; umount d; echo y > d/g';
  const { summary, id } = await at.record(['sh', '-ec', script]);
  expect(summary).toMatch(/ · 2 gaps · verified · /);
  const gaps = (await at.log(id)).filter(({ kind }) => kind === 'gap').map(({ cause }) => cause);
  expect(gaps).toEqual(['the command changed what is mounted', 'the command changed what is mounted']);
  expect(readFileSync(join(at.work, 'd/g'), 'utf8')).toBe('y\n');
});
