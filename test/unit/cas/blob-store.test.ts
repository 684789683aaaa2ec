import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlobStore } from '../../../src/cas/blob-store.js';
import { FRAME_BYTES, PACK_HEADER_BYTES } from '../../../src/cas/pack-format.js';
import { storeBlobs } from '../../../src/cas/pack-blobs.js';
import { openFile } from '../../../src/cas/random-access.js';
import type { Scanned } from '../../../src/cas/scan-pack.js';
import { scanPack } from '../../../src/cas/scan-pack.js';
import { MemoryObjects } from '../../support/memory-blobs.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();

interface Fixture {
  folder: string;
  objects: MemoryObjects;
  open: (options?: ConstructorParameters<typeof BlobStore>[2]) => BlobStore;
}

function fixture(): Fixture {
  const folder = tempFolder();
  const objects = new MemoryObjects();
  return { folder, objects, open: (options) => new BlobStore(folder, objects, options) };
}

const packs = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.pack'));
const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

describe('BlobStore', () => {
  it('names a blob as sha256sum does and reads it back, before and after flush', () => {
    const store = fixture().open();
    const hash = store.put(Buffer.from('hello\n'));
    expect(hash).toBe('5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03');
    expect(store.read(hash).toString()).toBe('hello\n');
    store.flush();
    expect(store.read(hash).toString()).toBe('hello\n');
    store.close();
  });

  it('keeps empty, small, compressible and incompressible blobs', () => {
    const { folder, objects, open } = fixture();
    const blobs = [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(300_000, 'ab'), randomBytes(100_000)];
    const store = open();
    for (const bytes of blobs) store.put(bytes);
    store.close();
    const reader = storeBlobs(folder, (hash) => objects.find(hash));
    for (const bytes of blobs) expect(reader.read(sha(bytes)).equals(bytes)).toBe(true);
    expect(objects.find(sha(blobs[2] as Buffer))?.storedLength).toBeLessThan(200);
    expect(objects.find(sha(blobs[3] as Buffer))?.storedLength).toBe(100_000);
    reader.close();
  });

  it('copies what it is given: the caller may reuse its buffer', () => {
    const store = fixture().open();
    const buffer = randomBytes(1000);
    const before = Buffer.from(buffer);
    const hash = store.put(buffer);
    buffer.fill(0);
    store.flush();
    expect(store.read(hash)).toEqual(before);
    store.close();
  });

  it('stores the same bytes once, in one run and across runs', () => {
    const { folder, open } = fixture();
    const first = open();
    for (let i = 0; i < 5; i++) first.put(Buffer.from('same bytes'));
    first.close();
    const size = PACK_HEADER_BYTES + FRAME_BYTES + 10;
    expect(packs(folder).map((name) => statSync(join(folder, name)).size)).toEqual([size]);
    const second = open();
    second.put(Buffer.from('same bytes'));
    second.close();
    expect(packs(folder)).toHaveLength(1);
  });

  it('stores bytes again whose pack has gone', () => {
    const { folder, open, objects } = fixture();
    const first = open();
    const hash = first.put(Buffer.from('bytes'));
    first.close();
    for (const name of packs(folder)) rmSync(join(folder, name));
    const second = open();
    second.put(Buffer.from('bytes'));
    second.close();
    expect(packs(folder)).toEqual([objects.find(hash)?.pack]);
  });

  it('tells no other process of objects that are not durable', () => {
    const { objects, open } = fixture();
    const store = open();
    const hash = store.put(Buffer.from('bytes'));
    expect(objects.find(hash)).toBeUndefined();
    store.flush();
    expect(objects.find(hash)?.offset).toBe(PACK_HEADER_BYTES);
    store.close();
  });

  it('makes no pack when nothing was put', () => {
    const { folder, open } = fixture();
    open().close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('begins a new pack above the limit, and reads from all', () => {
    const { folder, open } = fixture();
    const store = open({ packBytes: 5000 });
    const blobs = Array.from({ length: 10 }, () => randomBytes(2000));
    for (const bytes of blobs) store.put(bytes);
    store.flush();
    expect(packs(folder)).toHaveLength(4);
    for (const bytes of blobs) expect(store.read(sha(bytes))).toEqual(bytes);
    store.close();
  });

  it('has packs for the owner only', () => {
    const { folder, open } = fixture();
    const store = open();
    store.put(Buffer.from('secret'));
    store.close();
    expect(statSync(join(folder, packs(folder)[0] as string)).mode & 0o777).toBe(0o600);
  });

  it('says which object is missing', () => {
    const store = fixture().open();
    expect(store.has('00'.repeat(32))).toBe(false);
    expect(() => store.read('00'.repeat(32))).toThrow(`The object ${'00'.repeat(32)} is missing.`);
    store.close();
  });
});

describe('a damaged pack', () => {
  function onePack(): {
    path: string;
    read: (hash: string) => Buffer;
    hashes: string[];
    blobs: Buffer[];
    objects: MemoryObjects;
  } {
    const { folder, objects, open } = fixture();
    const store = open();
    const blobs = [Buffer.from('first object'), Buffer.alloc(5000, 'second'), randomBytes(700)];
    const hashes = blobs.map((bytes) => store.put(bytes));
    store.close();
    const path = join(folder, packs(folder)[0] as string);
    const read = (hash: string): Buffer => {
      const reader = storeBlobs(folder, (one) => objects.find(one));
      try {
        return reader.read(hash);
      } finally {
        reader.close();
      }
    };
    return { path, hashes, blobs, objects, read };
  }

  it('never gives wrong bytes, whichever bit changed, and names pack and offset', () => {
    const { path, hashes, blobs, read } = onePack();
    const intact = readFileSync(path);
    for (let at = PACK_HEADER_BYTES; at < intact.length; at += 3) {
      const changed = Buffer.from(intact);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, changed);
      const results = hashes.map((hash, i) => {
        try {
          expect(read(hash).equals(blobs[i] as Buffer)).toBe(true);
          return 'intact';
        } catch (error) {
          expect(error).toMatchObject({ code: 'damaged' });
          expect((error as Error).message).toMatch(new RegExp(`^${path} is damaged at offset \\d+: `));
          return 'damaged';
        }
      });
      expect(results.filter((result) => result === 'damaged')).toHaveLength(1);
    }
  });

  it('names both versions when it is of another', () => {
    const { path, hashes, read } = onePack();
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(9, 8);
    writeFileSync(path, bytes);
    expect(() => read(hashes[0] as string)).toThrow(`${path} has format version 9, and this dk reads version 1.`);
  });

  it('is listed without the catalogue, around the damage and up to a torn end', () => {
    const { path, hashes, objects } = onePack();
    const places = hashes.map((hash) => objects.find(hash)?.offset as number);
    expect([...scanPack(openFile(path), 'p')].map((found) => found.kind)).toEqual(['object', 'object', 'object']);
    const bytes = readFileSync(path);
    bytes[(places[1] as number) + 20] = (bytes[(places[1] as number) + 20] as number) ^ 1;
    writeFileSync(path, bytes);
    appendFileSync(path, bytes.subarray(places[2], (places[2] as number) + 300));
    const scanned: Scanned[] = [...scanPack(openFile(path), 'p')];
    expect(scanned).toEqual([
      { kind: 'object', object: { ...objects.find(hashes[0] as string), sha256: hashes[0], pack: 'p' } },
      { kind: 'damage', offset: places[1], length: (places[2] as number) - (places[1] as number) },
      { kind: 'object', object: { ...objects.find(hashes[2] as string), sha256: hashes[2], pack: 'p' } },
      { kind: 'damage', offset: bytes.length, length: 300 },
    ]);
  });
});
