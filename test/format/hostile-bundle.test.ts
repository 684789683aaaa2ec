/** Bundles come from strangers: whatever is in them, dk says what is wrong and reads nothing that is not right. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportBundle } from '../../src/bundle/export-bundle.js';
import { importBundle } from '../../src/bundle/import-bundle.js';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { zstdCompress } from '../../src/cas/zstd.js';
import { openStore } from '../../src/catalog/store.js';
import { DkError } from '../../src/errors.js';
import type { RawEntry } from '../support/raw-zip.js';
import { rawZip } from '../support/raw-zip.js';
import { storedRecording } from '../support/stored-recording.js';
import { tempFolders } from '../support/temp-folder.js';

const tempFolder = tempFolders();
let intact: Buffer;
/** The entries of an intact bundle. */
let entries: Map<string, Buffer>;

beforeAll(async () => {
  const { info, folder, store } = await storedRecording(join(tempFolder(), 'dk'));
  const file = join(tempFolder(), 'bug.dk.zip');
  await exportBundle({ info, folder, blobs: store.blobs() }, file);
  store.close();
  intact = readFileSync(file);
  const out = tempFolder();
  execFileSync('python3', [
    '-c',
    'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])',
    file,
    out,
  ]);
  entries = new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name))]));
});

function saved(bytes: Buffer): string {
  const file = join(tempFolder(), 'bug.dk.zip');
  writeFileSync(file, bytes);
  return file;
}

/** The intact bundle with some entries replaced, added, or (undefined) left out. */
function changed(changes: Record<string, Partial<RawEntry> | undefined>, more: RawEntry[] = []): string {
  const list: RawEntry[] = [];
  for (const [name, bytes] of entries) {
    if (!(name in changes)) list.push({ name, bytes });
    else if (changes[name] !== undefined) list.push({ name, bytes, ...changes[name] });
  }
  return saved(rawZip([...list, ...more]));
}

/** Everything a bundle says, as one value. */
async function readAll(file: string): Promise<unknown[]> {
  const { info, index, blobs, base, close } = await openBundle(file);
  try {
    const said: unknown[] = [info, base?.toString('hex'), await index.processes(), await index.meta('proof')];
    for await (const event of index.events(1, 100)) said.push(event);
    for (const file of [100, 101, 102]) {
      said.push(await index.history(file));
      for (const piece of await index.stream(2 * file + 1, 0, 1e6)) {
        said.push(piece, blobs.read(piece.sha256 ?? '').toString('hex'));
      }
    }
    return said;
  } finally {
    await close();
  }
}

async function failure(file: string): Promise<DkError> {
  const error = await readAll(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DkError) return error;
  throw new Error('it was read', { cause: error });
}

describe('a bundle that a stranger made', () => {
  it('that is well made is read, whoever zipped it', async () => {
    expect(await readAll(changed({}))).toStrictEqual(await readAll(saved(intact)));
    expect(await readAll(changed({}, [{ name: 'notes.txt', bytes: Buffer.from('hi') }]))).toHaveLength(
      (await readAll(saved(intact))).length,
    );
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../../b', 'a\\..\\b', 'C:/x'])(
    'with the name %s is refused',
    async (name) => {
      const file = changed({}, [{ name, bytes: Buffer.from('x') }]);
      const error = await failure(file);
      expect(error.code).toBe('damaged');
      expect(error.message).toContain(file);
      expect(error.message).toMatch(/absolute path|invalid relative path|invalid characters in fileName/);
    },
  );

  it('with an entry twice is refused', async () => {
    const file = changed({}, [{ name: 'index.tbl', bytes: Buffer.from('x') }]);
    expect((await failure(file)).message).toBe(`${file} is damaged: it has "index.tbl" twice.`);
  });

  it('with more entries than any bundle is refused', async () => {
    const more = Array.from({ length: 100 }, (_, i) => ({ name: `f${i}`, bytes: Buffer.alloc(0) }));
    const file = changed({}, more);
    expect((await failure(file)).message).toBe(`${file} is damaged: it has 106 entries.`);
  });

  it.each(['bundle.json', 'objects.pack', 'objects.tbl', 'index.tbl'])('without %s is refused', async (name) => {
    const file = changed({ [name]: undefined });
    expect((await failure(file)).message).toBe(`${file} is damaged: it has no "${name}".`);
  });

  it('without a base manifest is read when it says so', async () => {
    const file = changed({ 'base.bin.zst': undefined });
    expect((await failure(file)).message).toBe(`${file} is damaged: it has no "base.bin.zst".`);
    const about = JSON.parse((entries.get('bundle.json') as Buffer).toString()) as Record<string, unknown>;
    const bytes = Buffer.from(JSON.stringify({ ...about, baseBytes: null }));
    expect((await readAll(changed({ 'base.bin.zst': undefined, 'bundle.json': { bytes } })))[1]).toBeUndefined();
  });

  it('that inflates without end is refused before it does', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 << 20));
    const honest = changed({ 'bundle.json': { bytes: bomb, method: 8, claims: 64 << 20 } });
    expect((await failure(honest)).message).toContain('(bundle.json) is damaged: it claims 67108864 bytes');
    const lying = changed({ 'bundle.json': { bytes: bomb, method: 8, claims: 100 } });
    expect((await failure(lying)).message).toContain('(bundle.json), offset 0 is damaged: it does not inflate');
  });

  it('whose base manifest decompresses without end is refused before it does', async () => {
    const bomb = zstdCompress(Buffer.alloc(64 << 20));
    expect((await failure(changed({ 'base.bin.zst': { bytes: bomb } }))).message).toContain(
      '(base.bin.zst), offset 0 is damaged: it does not decompress.',
    );
    const about = JSON.parse((entries.get('bundle.json') as Buffer).toString()) as Record<string, unknown>;
    const bytes = Buffer.from(JSON.stringify({ ...about, baseBytes: 2 ** 32 }));
    expect((await failure(changed({ 'bundle.json': { bytes } }))).message).toContain(
      '(base.bin.zst), offset 0 is damaged: it claims 4294967296 bytes.',
    );
    const garbage = changed({ 'base.bin.zst': { bytes: Buffer.from('no zstd at all') } });
    expect((await failure(garbage)).message).toContain('(base.bin.zst), offset 0 is damaged: it does not decompress.');
  });

  it('whose index was compressed again is refused, with the way out', async () => {
    const bytes = entries.get('index.tbl') as Buffer;
    const error = await failure(
      changed({ 'index.tbl': { bytes: deflateRawSync(bytes), method: 8, claims: bytes.length } }),
    );
    expect(error.message).toContain('(index.tbl) was compressed again.');
    expect(error.hint).toContain('zip -0');
  });

  it('that is encrypted is refused', async () => {
    expect((await failure(changed({ 'index.tbl': { flags: 0x801 } }))).code).toBe('damaged');
  });

  it('of another version is refused, naming both', async () => {
    const about = JSON.parse((entries.get('bundle.json') as Buffer).toString()) as Record<string, unknown>;
    const withAbout = (value: unknown): string =>
      changed({ 'bundle.json': { bytes: Buffer.from(JSON.stringify(value)) } });
    const newer = await failure(withAbout({ ...about, version: 3 }));
    expect(newer.code).toBe('unsupported');
    expect(newer.message).toMatch(/\(bundle\.json\) has format version 3, and this dk reads version 1\.$/);
    expect(newer.hint).toBe('Open it with a newer dk: the one that made it, or any after that.');
    expect((await failure(withAbout({ ...about, format: 'else' }))).code).toBe('damaged');
    expect((await failure(withAbout(null))).code).toBe('damaged');
    expect((await failure(withAbout({ ...about, recording: { version: 1 } }))).message).toContain('its field "id"');
    const escaping = { ...about, recording: { ...(about.recording as object), id: '../../../x' } };
    expect((await failure(withAbout(escaping))).message).toContain('its field "id" is missing or impossible');
  });

  it.each(['', 'PK', 'not a zip at all, but something longer than the end record of one'])(
    'that is %j is no bundle',
    async (text) => {
      const file = saved(Buffer.from(text));
      const error = await failure(file);
      expect(error.code).toBe('damaged');
      expect(error.message).toContain(file);
    },
  );

  it('that is missing or a folder is not found', async () => {
    await expect(openBundle('/nowhere/x.dk.zip')).rejects.toMatchObject({ code: 'not-found' });
    await expect(openBundle('/')).rejects.toThrow('/ is not a file.');
  });

  it('that is cut short anywhere is refused', async () => {
    for (let length = 0; length < intact.length; length += 41) {
      const error = await failure(saved(intact.subarray(0, length)));
      expect(error.code).toBe('damaged');
      expect(error.message).toMatch(/offset \d+/);
    }
  });

  it('with any bit changed gives the same as before, or says that it is damaged', async () => {
    const expected = await readAll(saved(intact));
    const file = saved(intact);
    let refused = 0;
    for (let at = 0; at < intact.length; at += 2) {
      const bytes = Buffer.from(intact);
      bytes[at] = (bytes[at] as number) ^ (1 << (((at * 5) >> 1) % 8));
      writeFileSync(file, bytes);
      try {
        expect(await readAll(file)).toStrictEqual(expected);
      } catch (error) {
        if (!(error instanceof DkError)) throw new Error(`byte ${at}`, { cause: error });
        expect(['damaged', 'unsupported']).toContain(error.code);
        refused += 1;
      }
    }
    expect(refused / intact.length).toBeGreaterThan(0.2);
  }, 120_000);

  it('is not imported in part: what is damaged anywhere leaves the store as it was', async () => {
    const pack = Buffer.from(entries.get('objects.pack') as Buffer);
    pack[pack.length - 1] = (pack[pack.length - 1] as number) ^ 1;
    const file = changed({ 'objects.pack': { bytes: pack } });
    const store = openStore(join(tempFolder(), 'dk'), { create: true });
    await expect(importBundle(file, store)).rejects.toMatchObject({ code: 'damaged' });
    expect(readdirSync(store.recordingsFolder)).toEqual([]);
    expect(store.list()).toEqual([]);
    store.close();
  });

  it('whose pieces need more than their objects hold is not imported', async () => {
    const small = await storedRecording(join(tempFolder(), 'dk'));
    const { createIndex } = await import('../../src/index/open-index.js');
    const folder = tempFolder();
    const live = await createIndex(folder);
    const blobs = small.store.blobWriter();
    const sha256 = blobs.put(Buffer.from('four'));
    blobs.close();
    live.writer.putPiece(41, { off: 0, length: 5, sha256, blobOff: 0 });
    await live.seal();
    const file = join(folder, 'x.dk.zip');
    await exportBundle({ info: small.info, folder, blobs: small.store.blobs() }, file);
    const store = openStore(join(tempFolder(), 'dk'), { create: true });
    await expect(importBundle(file, store)).rejects.toThrow(`it needs more of object ${sha256} than there is`);
    for (const one of [store, small.store]) one.close();
  });

  it('cannot make a table block claim more memory than it may', async () => {
    const claims = zstdCompress(Buffer.alloc(300 << 20));
    const { encodeBlock, decodeBlock } = await import('../../src/index/table-format.js');
    const block = Buffer.concat([encodeBlock(Buffer.alloc(64)).subarray(0, 16), claims]);
    const { crc32 } = await import('node:zlib');
    block.writeUInt32LE(300 << 20, 4);
    block.writeUInt32LE(claims.length, 8);
    block.writeUInt32LE(crc32(claims, crc32(block.subarray(0, 12))), 12);
    expect(() => decodeBlock(block, 'T, block at offset 16')).toThrow(
      'T, block at offset 16 is damaged: it cannot be decompressed.',
    );
  });
});
