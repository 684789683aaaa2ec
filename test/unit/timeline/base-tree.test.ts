import { expect, test } from 'vitest';
import { BaseManifest } from '../../../src/timeline/base-manifest.js';
import { makeDev } from '../../../src/timeline/base-node.js';
import { BaseTree, type ExternalNode } from '../../../src/timeline/base-tree.js';
import { decodeExternals, encodeExternals } from '../../../src/timeline/externals-codec.js';
import { emptyState, StateBuilder } from '../../../src/timeline/state-builder.js';
import { BASE_MTIME_NS, encodeBase, encodeManifest, encodeRecords } from '../../support/base-bytes.js';

const external = (facts: Partial<ExternalNode> & Pick<ExternalNode, 'file' | 'parent' | 'name'>): ExternalNode => ({
  mode: 0o100644,
  nlink: 1,
  uid: 5,
  gid: 6,
  rdev: 0,
  identity: `8:1:${facts.file}`,
  sizeBytes: 10,
  mtimeNs: 1n,
  ctimeNs: -2n,
  target: null,
  xattrs: null,
  listed: false,
  ...facts,
});

test('a manifest gives nodes, names and children, and the way to its root', () => {
  const base = encodeBase('/home/me/app', { 'b/c.txt': 'see', a: 'ay', l: { target: 'b/c.txt' } });
  const tree = new BaseTree(BaseManifest.parse(base));
  const state = emptyState(tree);
  expect(tree.firstFreeFile).toBe(16 + 5 + 2);
  const paths = ['/', '/home', '/home/me', '/home/me/app', '/home/me/app/a', '/home/me/app/b', '/home/me/app/b/c.txt'];
  for (const path of paths) expect(state.pathOf(state.lookup(path)?.file ?? 0)).toBe(path);
  expect(state.lookup('/home/me/app')?.file).toBe(16);
  expect([...state.children(16)]).toEqual([
    { name: 'a', file: 17 },
    { name: 'b', file: 18 },
    { name: 'l', file: 19 },
  ]);
  expect(state.lookup('/home/me/app/l')?.target).toBe('b/c.txt');
  expect(state.lookup('/home/me/app/l', { follow: true })?.file).toBe(20);
  expect(tree.node(20)).toMatchObject({ sizeBytes: 3, mtimeNs: BASE_MTIME_NS, identity: '8:1:104', listed: false });
  expect(tree.node(16)).toMatchObject({ listed: true });
  expect(tree.node(tree.child(1, 'home'))).toMatchObject({ identity: '', listed: false });
});

test('a hard link is one file with two names', () => {
  const twin = { file: 'two names', ino: 4711, nlink: 2 };
  const tree = new BaseTree(BaseManifest.parse(encodeBase('/r', { a: twin, 'd/b': twin })));
  const state = emptyState(tree);
  const file = state.lookup('/r/a')?.file ?? 0;
  expect(state.lookup('/r/d/b')?.file).toBe(file);
  expect(state.pathsOf(file)).toEqual(['/r/a', '/r/d/b']);
  expect(state.node(file)?.nlink).toBe(2);
});

test('the root directory itself can be the root', () => {
  const tree = new BaseTree(BaseManifest.parse(encodeBase('/', { 'etc/hosts': 'x' })));
  const state = emptyState(tree);
  expect(state.lookup('/')?.file).toBe(1);
  expect(state.pathOf(state.lookup('/etc/hosts')?.file ?? 0)).toBe('/etc/hosts');
  expect(tree.firstFreeFile).toBe(19);
});

test('a root inside a directory on the way to another root', () => {
  const roots = [encodeRecords('/srv/a', { x: '1' }), encodeRecords('/srv/b', {})];
  const tree = new BaseTree(BaseManifest.parse(encodeManifest(roots)));
  const state = emptyState(tree);
  expect([...state.children(state.lookup('/srv')?.file ?? 0)].map(({ name }) => name)).toEqual(['a', 'b']);
});

test('what a checksum cannot tell is damage, too', () => {
  expect(() => BaseManifest.parse(Buffer.from('nonsense, but long enough'))).toThrow(
    expect.objectContaining({ code: 'damaged', message: expect.stringContaining('base.bin is damaged at byte 0') }),
  );
  const badParent = encodeRecords('/r', { a: '1', b: '2' });
  badParent.writeUInt32LE(2, badParent.readUInt32LE(0) + 88);
  expect(() => BaseManifest.parse(encodeManifest([badParent]))).toThrow(expect.objectContaining({ code: 'damaged' }));
});

test('version 1 has no checksums, and may end with a torn record', () => {
  const header = Buffer.alloc(16);
  header.write('DKBASE\0\x01', 'latin1');
  header.writeUInt32LE(1, 8);
  const base = Buffer.concat([header, encodeRecords('/r', { a: '1', b: '2' })]);
  expect(BaseManifest.parse(base).count).toBe(3);
  expect(BaseManifest.parse(base.subarray(0, base.length - 8)).count).toBe(2);
  expect(BaseManifest.parse(Buffer.concat([base, Buffer.alloc(200)])).count).toBe(3);
});

test('nodes outside the roots are stored and come back', () => {
  const manifest = BaseManifest.parse(encodeBase('/r', { a: '1' }));
  const tree = new BaseTree(manifest);
  const model = StateBuilder.empty(tree);
  expect(model.resolve('/etc/passwd')).toEqual({
    found: false,
    why: 'missing',
    dir: 1,
    name: 'etc',
    rest: ['passwd'],
    gone: false,
  });
  expect(model.resolve('/r/nothing')).toMatchObject({ gone: true });
  model.addExternal(external({ file: 50, parent: 1, name: 'etc', mode: 0o040755, identity: '8:1:50' }));
  const xattrs = new Map([['user.x', Buffer.from('value')]]);
  model.addExternal(external({ file: 51, parent: 50, name: 'passwd', xattrs }));
  model.addExternal(external({ file: 52, parent: 50, name: 'sh', mode: 0o120777, target: '\udcff/bin' }));
  model.addExternal(external({ file: 53, parent: 0, name: '' }));
  tree.addName(51, 50, 'passwd.link');
  tree.addName(17, 50, 'into-the-root');
  expect(model.resolve('/etc/passwd')).toEqual({ found: true, file: 51, parent: 50, name: 'passwd' });
  const again = new BaseTree(manifest, decodeExternals(encodeExternals(tree)));
  for (const file of [1, 16, 17, 50, 51, 52, 53]) expect(again.node(file)).toEqual(tree.node(file));
  for (const file of [16, 17, 50, 51, 52, 53]) expect([...again.names(file)]).toEqual([...tree.names(file)]);
  expect(again.children(50)).toEqual(tree.children(50));
  expect(again.children(50).map(({ name }) => name)).toEqual(['into-the-root', 'passwd', 'passwd.link', 'sh']);
});

test('a name that is taken away stays known to be gone', () => {
  const tree = new BaseTree(BaseManifest.empty);
  const model = StateBuilder.empty(tree);
  model.addExternal(external({ file: 50, parent: 1, name: 'tmp', mode: 0o040755 }));
  model.addExternal(external({ file: 51, parent: 50, name: 'x' }));
  expect(model.isGone(50, 'x')).toBe(false);
  model.unlink({ parent: 50, name: 'x' });
  expect(model.isGone(50, 'x')).toBe(true);
  expect(model.isGone(50, 'y')).toBe(false);
});

test('symbolic links are followed as the kernel does', () => {
  const base = { 'd/f': 'x', abs: { target: '/r/d' }, rel: { target: 'd/../abs' }, loop: { target: 'loop' } };
  const state = emptyState(new BaseTree(BaseManifest.parse(encodeBase('/r', base))));
  expect(state.lookup('/r/rel/f')?.file).toBe(state.lookup('/r/d/f')?.file);
  expect(state.lookup('/r/rel')?.type).toBe('symlink');
  expect(state.lookup('/r/rel', { follow: true })?.type).toBe('dir');
  expect(state.resolve('/r/loop/x')).toEqual({ found: false, why: 'loop' });
  expect(state.resolve('/r/d/f/x')).toEqual({ found: false, why: 'not-dir' });
  expect(state.resolve('d/./../d/f', { from: 16 })).toMatchObject({ found: true, name: 'f' });
  expect(state.resolve('/../../r/d')).toMatchObject({ found: true, name: 'd' });
});

test('device numbers are those of stat(2)', () => {
  expect(makeDev(8, 1)).toBe(0x801);
  expect(makeDev(1, 3)).toBe(0x103);
  expect(makeDev(259, 0x12345)).toBe(0x1230_0000 + 0x1_0300 + 0x45);
});
