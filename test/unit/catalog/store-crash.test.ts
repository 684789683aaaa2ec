/** What a store looks like to the next process when the one before was killed, or found no space. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { type Store, openStore } from '../../../src/catalog/store.js';
import { newRecording } from '../../support/recording-info.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();

/** The files as they are at this moment: what is there after kill -9. */
function snapshot(store: Store): string {
  const copy = join(tempFolder(), 'dk');
  cpSync(store.home, copy, { recursive: true });
  return copy;
}

function objectsOf(home: string): string[] {
  const db = new Sqlite(join(home, 'catalog.db'), { readonly: true });
  try {
    return (db.prepare('SELECT lower(hex(sha256)) AS hash FROM objects').all() as { hash: string }[]).map(
      (row) => row.hash,
    );
  } finally {
    db.close();
  }
}

describe('after kill -9 at any moment', () => {
  it('every object that the catalogue names can be read, and all that was flushed is named', () => {
    const store = openStore(join(tempFolder(), 'dk'), { create: true });
    const { id } = store.create(newRecording());
    const blobs = store.blobWriter({ packBytes: 60_000 });
    const flushed: string[] = [];
    let waiting: string[] = [];
    for (let step = 0; step < 40; step++) {
      waiting.push(blobs.put(randomBytes(1000 + step * 200)));
      if (step % 7 === 6) {
        blobs.flush();
        flushed.push(...waiting);
        waiting = [];
      }
      const home = snapshot(store);
      const named = objectsOf(home);
      expect(new Set(named)).toEqual(new Set([...flushed, ...named]));
      const after = openStore(home);
      const reader = after.blobs();
      for (const hash of named) expect(reader.has(hash) && reader.read(hash).length > 0).toBe(true);
      expect(after.list().map((info) => info.id)).toEqual([id]);
      reader.close();
      after.close();
    }
    blobs.close();
    store.close();
  });

  it('a torn pack gives what is whole in it to a catalogue that is built again', () => {
    const store = openStore(join(tempFolder(), 'dk'), { create: true });
    const blobs = store.blobWriter();
    const hashes = ['one', 'two', 'three'].map((text) => blobs.put(Buffer.from(text)));
    blobs.close();
    store.close();
    const [pack] = readdirSync(store.packsFolder).map((name) => join(store.packsFolder, name));
    truncateSync(pack as string, 16 + 2 * (56 + 3) + 56 + 2);
    execFileSync('rm', [join(store.home, 'catalog.db')]);
    const after = openStore(store.home);
    expect(hashes.map((hash) => after.blobs().has(hash))).toEqual([true, true, false]);
    after.close();
  });
});

describe.runIf(process.geteuid?.() === 0)('a store without space', () => {
  let mounted: string | undefined;
  afterEach(() => {
    if (mounted !== undefined) execFileSync('umount', ['--lazy', mounted]);
    mounted = undefined;
  });

  it('says so, keeps what it has, and goes on when there is space again', () => {
    const folder = join(tempFolder(), 'small');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
    mounted = folder;
    const store = openStore(join(folder, 'dk'), { create: true });
    const { id } = store.create(newRecording());
    const first = store.blobWriter();
    const kept = first.put(Buffer.from('kept'));
    first.close();
    const second = store.blobWriter();
    const full = expect.objectContaining({ code: 'store-full', hint: expect.stringContaining('dk rm') });
    const put: string[] = [];
    expect(() => {
      for (let i = 0; i < 20; i++) put.push(second.put(randomBytes(500_000)));
    }).toThrow(full);
    expect(second.read(kept).toString()).toBe('kept');
    expect(store.list().map((info) => info.id)).toEqual([id]);
    expect(() => second.flush()).toThrow(full);
    execFileSync('mount', ['-o', 'remount,size=30m', folder]);
    second.flush();
    for (const hash of put) expect(second.read(hash).length).toBe(500_000);
    second.close();
    expect(existsSync(store.folderOf(id))).toBe(true);
    store.close();
  });
});
