import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { DkEvent } from '../../src/events/event.js';
import { kernelTest } from '../support/kernel.js';
import { allEvents, Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** Writes that go around the ring: here of 256 KiB or more, the whole ring being 4 MiB. */
const temp = tempFolders();
const RING = { dkOptions: ['--buffer', '4M'] };
const MIB = 2 ** 20;

/** No two pages alike; the same here and there. */
const PROLOGUE = `
import hashlib, mmap, os
def content(seed, mib):
    block = b''.join(hashlib.sha256(b'%d %d' % (seed, i)).digest() for i in range(32768))
    return b''.join(b'%08d' % n + block[8:] for n in range(mib))
`;

function content(seed: number, mib: number): Buffer {
  const block = Buffer.alloc(MIB);
  for (let i = 0; i < MIB / 32; i++)
    createHash('sha256')
      .update(`${seed} ${i}`)
      .digest()
      .copy(block, 32 * i);
  const blocks = Array.from({ length: mib }, (_, n) => {
    const one = Buffer.from(block);
    one.write(String(n).padStart(8, '0'));
    return one;
  });
  return Buffer.concat(blocks);
}

async function record(program: string, argv: readonly string[] = []): Promise<{ bench: Bench; id: string }> {
  const bench = new Bench(temp());
  const { id, summary } = await bench.record([...argv, 'python3', '-c', PROLOGUE + program], RING);
  expect(summary).toContain(' · 0 gaps · verified · ');
  return { bench, id };
}

async function writesTo(bench: Bench, id: string, path: string): Promise<Record<string, unknown>[]> {
  const events = await bench.log(id, ['--kind', 'file.write', path]);
  return events.map(({ seq, offset, length }) => ({ seq, offset, length }));
}

/** The file's bytes after an event. */
async function bytesAt(bench: Bench, id: string, path: string, seq: unknown): Promise<Buffer> {
  const recording = await bench.open(id);
  try {
    const state = await recording.state(Number(seq));
    return await recording.content(state, state.lookup(join(bench.work, path))?.file ?? 0).all();
  } finally {
    await recording.close();
  }
}

describe('one write that is larger than the ring', () => {
  kernelTest('has all its bytes, also when the next one destroys them', async () => {
    const { bench, id } = await record(`
fd = os.open('f', os.O_RDWR | os.O_CREAT)
os.write(fd, content(1, 24))
os.pwrite(fd, content(2, 20), 1 << 20)
`);
    const [first, second, ...more] = await writesTo(bench, id, 'f');
    expect(more).toEqual([]);
    expect(first).toMatchObject({ offset: 0, length: 24 * MIB });
    expect(second).toMatchObject({ offset: MIB, length: 20 * MIB });
    const old = content(1, 24);
    expect((await bytesAt(bench, id, 'f', first?.seq)).equals(old)).toBe(true);
    content(2, 20).copy(old, MIB);
    expect((await bytesAt(bench, id, 'f', second?.seq)).equals(old)).toBe(true);
  });

  kernelTest('is its own process’s, where several write from the same address', async () => {
    const { bench, id } = await record(`
buffer = bytearray(content(0, 5))
for p in range(4):
    if os.fork() == 0:
        buffer[:] = content(p, 5)
        os.write(os.open(f'f{p}', os.O_WRONLY | os.O_CREAT), buffer)
        os._exit(0)
for p in range(4): os.wait()
`);
    for (let p = 0; p < 4; p++) {
      const [write] = await writesTo(bench, id, `f${p}`);
      expect((await bytesAt(bench, id, `f${p}`, write?.seq)).equals(content(p, 5))).toBe(true);
    }
  });

  kernelTest('is cut where its memory ends', async () => {
    const { bench, id } = await record(`
memory = mmap.mmap(-1, 8 << 20)
memory[:] = content(3, 8)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
assert libc.mprotect(ctypes.c_void_p(address + (6 << 20)), ctypes.c_size_t(2 << 20), 0) == 0
fd = os.open('f', os.O_WRONLY | os.O_CREAT)
assert libc.write(fd, ctypes.c_void_p(address), ctypes.c_size_t(8 << 20)) == 6 << 20
os._exit(0)
`);
    const [write] = await writesTo(bench, id, 'f');
    expect(write).toMatchObject({ offset: 0, length: 6 * MIB });
    expect((await bytesAt(bench, id, 'f', write?.seq)).equals(content(3, 6))).toBe(true);
  });

  kernelTest('in another pid namespace', async () => {
    const program = `os.write(os.open('f', os.O_WRONLY | os.O_CREAT), content(4, 5))`;
    const { bench, id } = await record(program, ['unshare', '--pid', '--fork']);
    const [write] = await writesTo(bench, id, 'f');
    expect((await bytesAt(bench, id, 'f', write?.seq)).equals(content(4, 5))).toBe(true);
  });

  kernelTest('to the standard output', async () => {
    const { bench, id } = await record(`assert os.write(1, content(5, 6)) == 6 << 20`);
    const recording = await bench.open(id);
    const output = (await allEvents(recording)).filter((event) => event.kind === 'output.write');
    const last = output.at(-1) as DkEvent & { fd: number; length: number };
    expect({ fd: last.fd, length: last.length }).toEqual({ fd: 1, length: 6 * MIB });
    const bytes = await recording.payload(last);
    await recording.close();
    expect(bytes.equals(content(5, 6))).toBe(true);
  });
});
