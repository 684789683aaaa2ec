import { describe, expect, it } from 'vitest';
import { clashOf, type Proof } from '../../../src/ingest/order/clashes.js';
import { type Effect, effectOf } from '../../../src/ingest/order/effects.js';
import type { EventBody } from '../../../src/ingest/event-body.js';

const UNPROVED: Proof = { size: false, mode: false, owner: false };

const on = (kind: string, facts: object = {}): EventBody => ({ kind, file: 1, path: '/f', ...facts }) as EventBody;
const write = (offset: number, length: number, file = 1) => on('file.write', { offset, length, file });
const truncate = (sizeBytes: number) => on('file.truncate', { sizeBytes });
const allocate = (mode: number, offset: number, length: number) => on('file.allocate', { mode, offset, length });
const copy = (offset: number, length: number, from: number, fromOffset: number) =>
  on('file.copy', { offset, length, from, fromOffset });
const mode = (bits: number) => on('meta.mode', { mode: bits });
const owner = (uid: number) => on('meta.owner', { uid, gid: 0 });
const mtime = (ns: bigint | null, facts: object = {}) =>
  on('meta.times', { atimeNs: null, mtimeNs: ns, mtimeNow: ns === null, ...facts });
const attribute = (name: string, value: string | null) =>
  on('meta.xattr', { name, value: value === null ? null : Buffer.from(value) });
const rename = (path: string, newPath: string, file: number, replaced = 0) =>
  on('path.rename', { path, newPath, file, replaced });
const unlink = (path: string, file = 1) => on('path.unlink', { path, file });
const create = (path: string) => on('file.create', { path, file: 9, mode: 0o100644, uid: 0, gid: 0 });
const link = (path: string, newPath: string) => on('link.create', { path, newPath });

function clash(earlier: EventBody, later: EventBody, { byName = false, proof = UNPROVED } = {}) {
  const effects = [effectOf(earlier, byName), effectOf(later, byName)];
  const [a, b] = effects as [Effect | undefined, Effect | undefined];
  return a === undefined || b === undefined ? undefined : clashOf(a, b, proof);
}

describe('content', () => {
  it('two writes clash in the bytes that both wrote', () => {
    expect(clash(write(0, 10), write(6, 10))).toEqual({
      cause: 'two threads wrote the same bytes at the same time',
      bytes: { file: 1, path: '/f', offset: 6, length: 4 },
    });
    expect(clash(write(0, 10), write(10, 10))).toBeUndefined();
    expect(clash(write(0, 10), write(6, 10, 2))).toBeUndefined();
  });

  it('a write and a cut clash where the write goes beyond the cut', () => {
    const cause = 'two threads wrote and cut the file at the same time';
    expect(clash(write(0, 10), truncate(4))).toEqual({ cause, bytes: null });
    expect(clash(truncate(4), write(0, 10))).toEqual({ cause, bytes: null });
    expect(clash(truncate(10), write(0, 10))).toBeUndefined();
  });

  it('the size when the later call returned proves the order of a write and a cut, but of nothing that moves bytes', () => {
    const proof = { ...UNPROVED, size: true };
    expect(clash(truncate(4), write(0, 10), { proof })).toBeUndefined();
    expect(clash(allocate(0x20, 0, 4096), write(8192, 10), { proof })?.bytes).toBeNull();
  });

  it('cuts to one length are the same in any order', () => {
    expect(clash(truncate(4), truncate(4))).toBeUndefined();
    expect(clash(truncate(4), truncate(5))?.bytes).toBeNull();
  });

  it('room that is allocated changes no bytes, but the length', () => {
    expect(clash(allocate(0, 0, 100), write(0, 10))).toBeUndefined();
    expect(clash(allocate(0, 0, 100), allocate(0, 50, 100))).toBeUndefined();
    expect(clash(allocate(0, 0, 100), truncate(10))?.bytes).toBeNull();
    expect(clash(allocate(1, 0, 100), truncate(10))).toBeUndefined();
    expect(clash(allocate(3, 0, 100), write(90, 20))?.bytes).toMatchObject({ offset: 90, length: 10 });
  });

  it('a copy clashes with what changes its source, in the bytes that it made', () => {
    const expected = { file: 1, path: '/f', offset: 1000, length: 50 };
    expect(clash(copy(1000, 50, 2, 0), write(40, 100, 2))?.bytes).toEqual(expected);
    expect(clash(write(40, 100, 2), copy(1000, 50, 2, 0))?.bytes).toEqual(expected);
    expect(clash(write(50, 100, 2), copy(1000, 50, 2, 0))).toBeUndefined();
  });
});

describe('attributes', () => {
  it.each([
    ['mode', mode(0o600), mode(0o640)],
    ['owner', owner(1), owner(2)],
    ['time', mtime(1n), mtime(2n)],
    ['attribute user.a', attribute('user.a', '1'), attribute('user.a', null)],
  ])('%s: two values clash, one does not', (what, a, b) => {
    expect(clash(a, b)).toEqual({ cause: `two threads set the ${what} at the same time`, bytes: null });
    expect(clash(a, a)).toBeUndefined();
  });

  it('other attributes, and other kinds of them, do not clash', () => {
    expect(clash(attribute('user.a', '1'), attribute('user.b', '2'))).toBeUndefined();
    expect(clash(mode(0o600), mtime(1n))).toBeUndefined();
  });

  it('the inode in the later record proves mode and owner', () => {
    expect(clash(mode(0o600), mode(0o640), { proof: { ...UNPROVED, mode: true } })).toBeUndefined();
    expect(clash(owner(1), owner(2), { proof: { ...UNPROVED, owner: true } })).toBeUndefined();
  });

  it('a time that is set clashes with what moves it, in both orders; one that is now does not', () => {
    for (const content of [write(0, 1), truncate(0), copy(0, 1, 2, 0)]) {
      expect(clash(mtime(1n), content)?.cause).toBe('the time was set while another thread wrote');
      expect(clash(content, mtime(1n))?.cause).toBe('the time was set while another thread wrote');
      expect(clash(content, mtime(null))).toBeUndefined();
    }
  });

  it("a directory's time clashes with what changes the names in it", () => {
    const dir = mtime(1n, { file: 5, path: '/d' });
    expect(clash(dir, create('/d/x'))?.bytes).toBeNull();
    expect(clash(unlink('/d/x'), dir)?.bytes).toBeNull();
    expect(clash(dir, create('/d/e/x'))).toBeUndefined();
  });

  it('set-id bits clash with what takes them', () => {
    expect(clash(mode(0o4755), write(0, 1))?.bytes).toBeNull();
    expect(clash(owner(1), mode(0o4755))?.bytes).toBeNull();
    expect(clash(mode(0o755), write(0, 1))).toBeUndefined();
    expect(clash(mode(0o4755), write(0, 1), { proof: { ...UNPROVED, mode: true } })).toBeUndefined();
  });
});

describe('names', () => {
  const cause = 'two threads changed what a name stands for at the same time';

  it('two renames to one name clash', () => {
    expect(clash(rename('/a', '/c', 1), rename('/b', '/c', 2, 1))).toEqual({ cause, bytes: null });
  });

  it('a rename over a name clashes with its removal, unless the tree tells the order', () => {
    expect(clash(rename('/a', '/c', 1, 3), unlink('/c'))).toEqual({ cause, bytes: null });
    expect(clash(unlink('/c', 3), rename('/a', '/c', 1))).toEqual({ cause, bytes: null });
    expect(clash(rename('/a', '/c', 1), unlink('/c'))).toBeUndefined(); // nothing could be removed before
  });

  it('what can only have happened in one order does not clash', () => {
    expect(clash(unlink('/c'), create('/c'))).toBeUndefined();
    expect(clash(create('/c'), unlink('/c', 9))).toBeUndefined();
    expect(clash(create('/c'), rename('/a', '/c', 1, 9))).toBeUndefined();
    expect(clash(rename('/c', '/d', 1), create('/c'))).toBeUndefined();
  });

  it('a name that moves away while another comes in its place', () => {
    expect(clash(rename('/c', '/d', 1), rename('/b', '/c', 2))).toEqual({ cause, bytes: null });
  });

  it('a call by name clashes with what changes the name; one on a descriptor does not', () => {
    const put = rename('/a', '/f', 2, 1);
    for (const call of [mode(0o600), truncate(3), link('/f', '/g'), mtime(null)]) {
      expect(clash(call, put, { byName: true })).toEqual({ cause, bytes: null });
      expect(clash(call, put)).toBeUndefined();
    }
    expect(clash(link('/f', '/g'), link('/f', '/h'), { byName: true })).toBeUndefined();
  });
});
