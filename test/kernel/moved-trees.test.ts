import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Recording, State } from '../../src/timeline/types.js';
import { kernelTest } from '../support/kernel.js';
import { Bench, run } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** Directories that come into the roots, or leave them, bring what is in them. */
const temp = tempFolders();

/** "name", "name/" for a directory, "name → target", "name: bytes"; depth first, below `path`. */
async function listing(recording: Recording, state: State, path: string): Promise<string[]> {
  const lines: string[] = [];
  const walk = async (file: number, prefix: string): Promise<void> => {
    for (const { name, file: child } of state.children(file)) {
      const node = state.node(child);
      const at = prefix + name;
      if (node?.type === 'dir') {
        lines.push(`${at}/`);
        await walk(child, `${at}/`);
      } else if (node?.type === 'symlink') lines.push(`${at} → ${node.target}`);
      else lines.push(`${at}: ${(await recording.content(state, child).all()).toString().trimEnd()}`);
    }
  };
  const top = state.lookup(path);
  if (top !== undefined) await walk(top.file, '');
  return lines;
}

interface Recorded {
  bench: Bench;
  id: string;
  recording: Recording;
  /** What stands below a path of the bench's folder after an event. */
  tree: (path: string, seq?: number) => Promise<string[]>;
}

/** Beside the root stands `outside/dir` with a tree; inside it, `dir` with another. */
async function record(script: string): Promise<Recorded> {
  const bench = new Bench(temp());
  const outside = join(bench.folder, 'outside', 'dir');
  mkdirSync(join(outside, 'deep', 'er'), { recursive: true });
  mkdirSync(join(outside, 'empty'));
  writeFileSync(join(outside, 'one'), 'one');
  writeFileSync(join(outside, 'deep', 'er', 'two'), 'two');
  symlinkSync('one', join(outside, 'link'));
  mkdirSync(join(bench.work, 'dir', 'sub'), { recursive: true });
  writeFileSync(join(bench.work, 'dir', 'sub', 'three'), 'three');
  const recorded = await bench.record(['sh', '-ec', script]);
  expect(recorded.code).toBe(0);
  expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
  const recording = await bench.open(recorded.id);
  const tree = async (path: string, seq = recording.length) =>
    listing(recording, await recording.state(seq), join(bench.folder, path));
  return { bench, id: recorded.id, recording, tree };
}

const OUTSIDE = ['deep/', 'deep/er/', 'deep/er/two: two', 'empty/', 'link → one', 'one: one'];

describe('a directory from outside the roots', () => {
  kernelTest('comes with everything in it', async () => {
    const { recording, tree } = await record('mv ../outside/dir in');
    expect(await tree('work/in')).toEqual(OUTSIDE);
    expect(await tree('outside')).toEqual([]);
    expect(await tree('outside/dir', 0)).toEqual(OUTSIDE);
    expect(await tree('work/in', 0)).toEqual([]);
    await recording.close();
  });

  kernelTest('comes as it was left by what was done to it before', async () => {
    const { recording, tree } = await record(`
      cd ../outside/dir
      echo new > born; echo changed > one; mv deep moved; rmdir empty; mv ../../work/dir/sub mine
      cd ../../work
      mv ../outside/dir in
      echo later > in/moved/er/two; rm in/link
    `);
    expect(await tree('work/in')).toEqual([
      'born: new',
      'mine/',
      'mine/three: three',
      'moved/',
      'moved/er/',
      'moved/er/two: later',
      'one: changed',
    ]);
    expect(await tree('outside/dir', 0)).toEqual(OUTSIDE);
    expect(await tree('work/dir', 0)).toEqual(['sub/', 'sub/three: three']);
    await recording.close();
  });

  kernelTest('trades places with one inside', async () => {
    const { recording, tree } = await record(`python3 -c '
import ctypes
assert ctypes.CDLL(None).renameat2(-100, b"dir", -100, b"../outside/dir", 2) == 0'`);
    expect(await tree('work/dir')).toEqual(OUTSIDE);
    expect(await tree('outside/dir')).toEqual(['sub/', 'sub/three: three']);
    expect(await tree('work/dir', 0)).toEqual(['sub/', 'sub/three: three']);
    expect(await tree('outside/dir', 0)).toEqual(OUTSIDE);
    await recording.close();
  });

  kernelTest('is rebuilt by checkout, with the root', async () => {
    const { bench, id, recording } = await record('mv ../outside/dir in; chmod 700 in/deep');
    const to = join(bench.folder, 'rebuilt');
    expect(await bench.dk(['checkout', id, '--to', to])).toMatchObject({ code: 0 });
    const [original, rebuilt] = await Promise.all([bench.work, to].map((path) => run(['ls', '-lR', path])));
    expect(rebuilt?.stdout.replaceAll(to, '')).toBe(original?.stdout.replaceAll(bench.work, ''));
    await recording.close();
  });
});

kernelTest('a directory that leaves the roots is followed', async () => {
  const { recording, tree } = await record(`
    mv dir ../outside/away
    echo changed > ../outside/away/sub/three; echo new > ../outside/away/sub/four
  `);
  expect(await tree('outside/away')).toEqual(['sub/', 'sub/four: new', 'sub/three: changed']);
  expect(await tree('work')).toEqual([]);
  expect(await tree('work/dir', 0)).toEqual(['sub/', 'sub/three: three']);
  await recording.close();
});
