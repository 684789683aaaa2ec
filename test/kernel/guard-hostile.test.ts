import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { LauncherBench, type Launched } from '../support/launcher.js';
import { Bench, compiled } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** Programs that are unkind to whoever stops their calls (fixtures/hostile.c). The guard stays, and so does the truth. */
const temp = tempFolders();

async function hostile(name: string, files: number): Promise<{ launched: Launched; saved: Map<string, string> }> {
  const bench = new LauncherBench(temp());
  for (let i = 0; i < files; i++) writeFileSync(join(bench.work, `f${i}`), `old bytes of ${i}`);
  const launched = await bench.run([await compiled('test/kernel/fixtures/hostile.c'), name]);
  const saved = bench.saved().map(({ name: path, content }): [string, string] => {
    return [path.slice(bench.work.length + 1), content?.toString() ?? 'nothing'];
  });
  expect(new Set(saved.map(([path]) => path)).size).toBe(saved.length);
  return { launched, saved: new Map(saved) };
}

const old = (...numbers: number[]) => new Map(numbers.map((i) => [`f${i}`, `old bytes of ${i}`]));
const firstOnes = (count: number) => old(...Array.from({ length: count }, (_, i) => i));

function sorted(saved: Map<string, string>): [string, string][] {
  return [...saved].sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
}

function warnings({ messages }: Launched): unknown[] {
  return messages.filter((message) => message.type === 'W').map((message) => message.text);
}

describe('saved is what a call destroys', () => {
  kernelTest('when paths end at the edge of memory, cross it, or lie nowhere', async () => {
    const { launched, saved } = await hostile('unmapped', 3);
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    expect(sorted(saved)).toEqual([...old(1, 2)]);
  });

  kernelTest('when the path has 4095 bytes, and nothing when it has more than the kernel takes', async () => {
    const { launched, saved } = await hostile('longest', 2);
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    expect(sorted(saved)).toEqual([...old(0)]);
  });

  kernelTest('when a thousand threads call at once', async () => {
    const { launched, saved } = await hostile('threads', 1000);
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    expect(sorted(saved)).toEqual([...firstOnes(1000)]);
  });

  kernelTest('in the child of a vfork', async () => {
    const { launched, saved } = await hostile('vforked', 20);
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    expect(sorted(saved)).toEqual([...firstOnes(20)]);
  });

  kernelTest('after hundreds of callers were killed in the middle of a call', async () => {
    const { launched, saved } = await hostile('killed', 2);
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    expect(saved.get('f1')).toBe('old bytes of 1');
    expect(warnings(launched)).toEqual([]);
  });

  kernelTest('below filters of the program, which get no listener', async () => {
    const { launched, saved } = await hostile('filter', 2);
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    expect(sorted(saved)).toEqual([...old(0, 1)]);
    expect(warnings(launched)).toEqual([expect.stringContaining('wants a seccomp listener of its own')]);
  });
});

kernelTest(
  'a path that changes while it is looked at can hide a file, but nothing wrong passes for its past',
  async () => {
    const bench = new Bench(temp());
    for (const name of ['f0', 'f1']) writeFileSync(join(bench.work, name), `old bytes of ${name}`);
    const recorded = await bench.record([await compiled('test/kernel/fixtures/hostile.c'), 'changing']);
    expect(recorded).toMatchObject({ code: 0, stdout: '' });
    const recording = await bench.open(recorded.id);
    try {
      const base = await recording.state(0);
      for (const name of ['f0', 'f1']) {
        const content = recording.content(base, base.lookup(join(bench.work, name))?.file ?? 0);
        const old = `old bytes of ${name}`;
        const { bytes, unknown } = await content.read(0, 100);
        if (unknown.length === 0) expect(bytes.toString()).toBe(old);
        else expect(unknown).toEqual([{ offset: 0, length: old.length }]);
      }
    } finally {
      await recording.close();
    }
  },
);
