import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, type Recorded } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** Old content above the limit, on a filesystem without reflinks: copied while the command goes on. */
const temp = tempFolders();
const MIB = 2 ** 20;
const SIZE = 20 * MIB;

/** What the recorded programs begin with. The command sees dk's own folder, so it can wait for the copy. */
const PROLOGUE = `
import glob, mmap, os, random, struct, sys, time
SIZE = ${SIZE}
def copied():
    log = open(glob.glob(os.environ['DK_HOME'] + '/recordings/*/preimage/log')[0], 'rb').read()
    at, total = 16, 0
    while at + 24 <= len(log):
        if log[at:at + 4] == b'DKNF': at += 16
        size, kind = struct.unpack_from('<IH', log, at)
        if size == 0 or at + size > len(log): break
        if kind == 5: total += struct.unpack_from('<q', log, at + 24)[0]
        at += size
    return total
def wait_for_copy():
    while copied() < os.stat('big').st_size: time.sleep(0.005)
def must_overtake():
    if copied() == SIZE: sys.exit(75)
`;
const NOT_OVERTAKEN = 75;

/** 20 MiB of which no two pages are alike, with a hole of 4 MiB at 8 MiB. */
function bigFile(bench: Bench): Buffer {
  const bytes = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at += 32) createHash('sha256').update(String(at)).digest().copy(bytes, at);
  bytes.fill(0, 8 * MIB, 12 * MIB);
  const path = join(bench.work, 'big');
  writeFileSync(path, bytes.subarray(0, 8 * MIB));
  truncateSync(path, 12 * MIB);
  writeFileSync(path, bytes.subarray(12 * MIB), { flag: 'a' });
  expect(readFileSync(path).equals(bytes)).toBe(true);
  return bytes;
}

interface Before {
  id: string;
  bench: Bench;
  old: Buffer;
  /** state(0), and what of it is not known. */
  bytes: Buffer;
  unknown: { offset: number; length: number }[];
}

/** A program that was to overtake the copy and did not, on a busy machine, is run again. */
async function record(program: string): Promise<Before> {
  const dkOptions = ['--preimage-limit', '1M'];
  const attempt = async (left: number): Promise<{ bench: Bench; old: Buffer; recorded: Recorded }> => {
    const bench = new Bench(temp());
    const old = bigFile(bench);
    const recorded = await bench.record(['python3', '-c', `${PROLOGUE}${program}`], { dkOptions });
    return recorded.code === NOT_OVERTAKEN && left > 0 ? attempt(left - 1) : { bench, old, recorded };
  };
  const { bench, old, recorded } = await attempt(20);
  expect(recorded).toMatchObject({ code: 0 });
  expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
  const recording = await bench.open(recorded.id);
  try {
    const base = await recording.state(0);
    const node = base.lookup(join(bench.work, 'big'));
    if (node === undefined) throw new Error('big is not in the base');
    const { bytes, unknown } = await recording.content(base, node.file).read(0, SIZE);
    return { id: recorded.id, bench, old, bytes, unknown };
  } finally {
    await recording.close();
  }
}

/** Whatever is known is what was there. */
function expectExact({ old, bytes, unknown }: Before): void {
  const expected = Buffer.from(old);
  for (const { offset, length } of unknown) {
    expected.fill(0, offset, offset + length);
    bytes.fill(0, offset, offset + length);
  }
  expect(bytes.equals(expected)).toBe(true);
}

describe('a file above the limit', () => {
  kernelTest('that changes after its copy is known in full', async () => {
    const before = await record(`
f = open('big', 'r+b', buffering=0)
wait_for_copy()
os.pwrite(f.fileno(), b'new', 5000000)
`);
    expect(before.unknown).toEqual([]);
    expectExact(before);
    const shown = await before.bench.dk(['cat', before.id, 'big@0']);
    expect(shown.code).toBe(0);
  });

  kernelTest('that is cut before its copy is known up to there, and dk says so', async () => {
    const before = await record(`
os.truncate('big', 5000001)
must_overtake()
`);
    const [{ offset, length } = { offset: 0, length: 0 }, ...others] = before.unknown;
    expect(others).toEqual([]);
    expect(offset).toBeGreaterThanOrEqual(5_000_001);
    expect(offset + length).toBe(SIZE);
    expectExact(before);
    const shown = await before.bench.dk(['cat', before.id, 'big@0']);
    expect(shown.code).toBe(4);
  });

  kernelTest('that is emptied before its copy is shown as it is afterwards', async () => {
    const before = await record(`
open('big', 'w').write('new')
must_overtake()
`);
    expect(before.unknown.length).toBe(1);
    expectExact(before);
    expect((await before.bench.dk(['cat', before.id, 'big@0'])).code).toBe(4);
    expect(await before.bench.dk(['cat', before.id, 'big@end'])).toMatchObject({ code: 0, stdout: 'new' });
  });

  kernelTest('that changes all over while it is copied is known only where it was old', async () => {
    const before = await record(`
random.seed(1)
places = [random.randrange(SIZE - 100) for _ in range(3000)]
f = open('big', 'r+b', buffering=0)
os.pwrite(f.fileno(), b'x' * 100, SIZE - 100)
must_overtake()
for at in places: os.pwrite(f.fileno(), b'x' * 100, at)
`);
    expect(before.unknown.length).toBeGreaterThan(0);
    expectExact(before);
  });

  kernelTest('that is mapped is unknown from then on where it was not copied', async () => {
    const before = await record(`
f = open('big', 'r+b')
m = mmap.mmap(f.fileno(), SIZE)
for at in range(0, SIZE, 4096): m[at] = 120
m.flush()
`);
    expectExact(before);
  });

  kernelTest('that is mapped after its copy is known in full', async () => {
    const before = await record(`
f = open('big', 'r+b')
wait_for_copy()
m = mmap.mmap(f.fileno(), SIZE)
for at in range(0, SIZE, 4096): m[at] = 120
m.flush()
`);
    expect(before.unknown).toEqual([]);
    expectExact(before);
  });

  for (const [name, program] of Object.entries({
    'that is removed': `os.unlink('big')`,
    'that another one replaces': `open('new', 'w').write('x'); os.rename('new', 'big')`,
  })) {
    kernelTest(`${name} is known in full`, async () => {
      const before = await record(program);
      expect(before.unknown).toEqual([]);
      expectExact(before);
    });
  }

  kernelTest('that is removed while somebody writes to it is known only where it was old', async () => {
    const before = await record(`
f = open('big', 'r+b', buffering=0)
os.unlink('big')
for at in range(0, SIZE, 1 << 16): os.pwrite(f.fileno(), b'x' * 10, at)
`);
    expectExact(before);
  });
});
