import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { manifestPath, readManifest } from '../../../src/catalog/manifest.js';
import { type Store, openStore } from '../../../src/catalog/store.js';
import { storeHome } from '../../../src/catalog/store-home.js';
import { newRecording } from '../../support/recording-info.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();
const newHome = (): string => join(tempFolder(), 'deep', 'dk');
const newStore = (): Store => openStore(newHome(), { create: true });

describe('storeHome', () => {
  it('is $DK_HOME, else below $XDG_DATA_HOME, else below ~/.local/share', () => {
    expect(storeHome({ DK_HOME: '/d', XDG_DATA_HOME: '/x', HOME: '/h' })).toBe('/d');
    expect(storeHome({ XDG_DATA_HOME: '/x', HOME: '/h' })).toBe('/x/diffkeeper');
    expect(storeHome({ XDG_DATA_HOME: 'relative', HOME: '/h' })).toBe('/h/.local/share/diffkeeper');
  });
});

describe('an empty store', () => {
  it('lists nothing, and looking creates nothing', () => {
    const home = newHome();
    expect(openStore(home).list()).toEqual([]);
    expect(existsSync(home)).toBe(false);
    expect(() => openStore(home).info('b0000001')).toThrow('There is no recording b0000001.');
    expect(() => openStore(home).catalog).toThrow(`There is no store at ${home}.`);
  });

  it('is for its owner alone', () => {
    const store = newStore();
    store.catalog.find('00'.repeat(32));
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(mode(store.home)).toBe(0o700);
    expect(mode(store.packsFolder)).toBe(0o700);
    expect(mode(join(store.home, 'catalog.db'))).toBe(0o600);
    store.close();
  });

  it('says so when the place is a file, or nothing can be made there', () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    expect(() => openStore(file, { create: true })).toThrow(`The store ${file} is not a folder.`);
    expect(() => openStore(join(file, 'below'), { create: true })).toThrow(/cannot be written/);
  });
});

describe('recordings', () => {
  it('are listed newest first', () => {
    const store = newStore();
    const ids = [5, 9, 7].map((startedMs) => store.create(newRecording({ startedMs })).id);
    expect(store.list().map((info) => info.id)).toEqual([ids[1], ids[2], ids[0]]);
    store.close();
  });

  it('are changed as a whole, and keep the marks that others set', () => {
    const store = newStore();
    const other = openStore(store.home);
    const { id } = store.create(newRecording());
    other.setMark(id, 'late', 9);
    other.setMark(id, 'early', 3);
    other.setMark(id, 'late', 8);
    store.update(id, (info) => ({ ...info, state: 'sealed', events: 12 }));
    expect(other.info(id)).toMatchObject({
      state: 'sealed',
      events: 12,
      marks: [
        { name: 'early', seq: 3 },
        { name: 'late', seq: 8 },
      ],
    });
    expect(readdirSync(store.folderOf(id))).toEqual(['manifest.json']);
    for (const one of [store, other]) one.close();
  });

  it('go away whole', async () => {
    const store = newStore();
    const { id } = store.create(newRecording());
    mkdirSync(join(store.folderOf(id), 'journal'));
    await store.remove(id);
    expect(store.list()).toEqual([]);
    expect(readdirSync(store.recordingsFolder)).toEqual([]);
    await expect(store.remove(id)).rejects.toThrow(`There is no recording ${id}.`);
    store.close();
  });

  it('with a damaged manifest do not keep the others from being listed', () => {
    const store = newStore();
    const [good, bad] = [store.create(newRecording()).id, store.create(newRecording()).id];
    writeFileSync(manifestPath(store.folderOf(bad)), 'garbage');
    expect(store.list().map((info) => info.id)).toEqual([good]);
    expect(store.damaged()).toMatchObject([{ id: bad, error: { code: 'damaged' } }]);
    store.close();
  });

  it('are interrupted when the process that wrote them is gone, and can be taken over once', async () => {
    const store = newStore();
    const { id } = store.create(newRecording());
    expect(store.info(id).state).toBe('recording');
    expect(store.claim(id)).toBe(false);
    const child = spawn('true');
    await once(child, 'exit');
    const claim = join(store.folderOf(id), 'writer.json');
    const writer = JSON.parse(execFileSync('cat', [claim], { encoding: 'utf8' })) as Record<string, unknown>;
    writeFileSync(claim, JSON.stringify({ ...writer, pid: child.pid }));
    expect(store.info(id).state).toBe('interrupted');
    expect(readManifest(store.folderOf(id)).state).toBe('recording');
    expect(store.claim(id)).toBe(true);
    expect(store.claim(id)).toBe(false);
    expect(store.info(id).state).toBe('recording');
    store.update(id, (info) => ({ ...info, state: 'interrupted' }));
    expect(store.claim(id)).toBe(false);
    store.close();
  });

  it('are not taken for running when the process number was given to another process', () => {
    const store = newStore();
    const { id } = store.create(newRecording());
    const claim = join(store.folderOf(id), 'writer.json');
    const writer = JSON.parse(execFileSync('cat', [claim], { encoding: 'utf8' })) as Record<string, unknown>;
    writeFileSync(claim, JSON.stringify({ ...writer, startTicks: '1' }));
    expect(store.info(id).state).toBe('interrupted');
    rmSync(claim);
    expect(store.info(id).state).toBe('interrupted');
    store.close();
  });

  it('are never looked for outside the store', () => {
    const store = newStore();
    expect(() => store.folderOf('../../etc')).toThrow('"../../etc" is not the id of a recording.');
    store.close();
  });
});

describe('the catalogue', () => {
  const garbage = 'this is not a database, but it is long enough to be looked at as one'.repeat(20);

  it('keeps objects for all processes', () => {
    const store = newStore();
    const writer = store.blobWriter();
    const hash = writer.put(Buffer.from('bytes'));
    writer.close();
    const other = openStore(store.home);
    expect(other.blobs().read(hash).toString()).toBe('bytes');
    for (const one of [store, other]) one.close();
  });

  it.each([
    ['garbage', (path: string) => writeFileSync(path, garbage)],
    ['cut off', (path: string) => truncateSync(path, 8192)],
    ['overwritten at its start', (path: string) => writeFileSync(path, 'x'.repeat(4000), { flag: 'r+' })],
  ])('that is %s is set aside and built anew, once', (_name, damage) => {
    const home = newHome();
    const store = openStore(home, { create: true });
    const { id } = store.create(newRecording());
    const writer = store.blobWriter();
    const hash = writer.put(Buffer.from('bytes'));
    writer.close();
    store.close();
    const path = join(home, 'catalog.db');
    damage(path);
    const bytes = readFileSync(path);
    const notices: string[] = [];
    const broken = [0, 1].map(() => openStore(home, { create: false, notice: (text) => notices.push(text) }));
    for (const one of broken) {
      expect(one.info(id).id).toBe(id);
      expect(one.blobs().read(hash).toString()).toBe('bytes');
      one.create(newRecording());
      one.close();
    }
    expect(notices).toEqual([
      `The catalogue ${path} is damaged. It is now ${path}.damaged, and a new one is built from packs and recordings.`,
    ]);
    expect(readFileSync(`${path}.damaged`).equals(bytes)).toBe(true);
  });

  it('that turns out to be damaged while it is used is built anew by who opens it next', () => {
    const home = newHome();
    const store = openStore(home, { create: true });
    const writer = store.blobWriter();
    const hashes = Array.from({ length: 500 }, (_, i) => writer.put(Buffer.from(`object ${i}`)));
    writer.close();
    store.close();
    const path = join(home, 'catalog.db');
    // All but the first page, which holds the schema.
    writeFileSync(
      path,
      Buffer.concat([readFileSync(path).subarray(0, 4096), Buffer.alloc(statSync(path).size - 4096, 7)]),
    );
    const first = openStore(home);
    expect(() => first.blobs().read(hashes[0] as string)).toThrow(
      expect.objectContaining({
        code: 'damaged',
        hint: 'Try again: the next dk builds a new one from the packs and the recordings.',
      }),
    );
    first.close();
    const next = openStore(home);
    expect(hashes.map((hash) => next.blobs().read(hash).toString())).toEqual(hashes.map((_, i) => `object ${i}`));
    next.close();
  });

  it('that lost rows is no loss: the packs have the objects', () => {
    const store = newStore();
    const writer = store.blobWriter();
    const hash = writer.put(Buffer.from('bytes'));
    writer.close();
    store.close();
    const db = new Sqlite(join(store.home, 'catalog.db'));
    db.exec('DELETE FROM objects');
    db.close();
    for (let round = 0; round < 2; round++) {
      const again = openStore(store.home);
      expect(again.blobs().read(hash).toString()).toBe('bytes');
      expect(again.catalog.find(hash) !== undefined).toBe(round === 1);
      again.close();
    }
  });

  it.runIf(process.geteuid?.() === 0)('that is damaged where nothing can be written is built in memory', () => {
    const home = newHome();
    const store = openStore(home, { create: true });
    const writer = store.blobWriter();
    const hash = writer.put(Buffer.from('bytes'));
    writer.close();
    store.close();
    writeFileSync(join(home, 'catalog.db'), garbage);
    const folder = join(tempFolder(), 'mounted');
    mkdirSync(folder);
    execFileSync('mount', ['--bind', '-o', 'ro', home, folder]);
    try {
      const other = openStore(folder);
      const blobs = other.blobs();
      expect(blobs.read(hash).toString()).toBe('bytes');
      expect(() => other.create(newRecording())).toThrow(expect.objectContaining({ code: 'io' }));
      blobs.close();
      other.close();
    } finally {
      execFileSync('umount', ['--lazy', folder]);
    }
  });

  it('is built anew from packs and manifests when it is missing', () => {
    const store = newStore();
    const { id } = store.create(newRecording({ label: 'one' }));
    const writer = store.blobWriter();
    const hashes = ['a', 'b'].map((text) => writer.put(Buffer.from(text)));
    writer.close();
    writeFileSync(join(store.packsFolder, 'not-a.pack'), garbage);
    store.close();
    renameSync(join(store.home, 'catalog.db'), join(store.home, 'away'));
    const again = openStore(store.home);
    expect(hashes.map((hash) => again.blobs().read(hash).toString())).toEqual(['a', 'b']);
    again.close();
    const db = new Sqlite(join(store.home, 'catalog.db'));
    expect(db.prepare('SELECT id, label FROM recordings').all()).toEqual([{ id, label: 'one' }]);
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    db.close();
  });

  it('of a newer dk is not touched', () => {
    const store = newStore();
    store.catalog.find('00'.repeat(32));
    store.close();
    const path = join(store.home, 'catalog.db');
    const db = new Sqlite(path);
    db.pragma('user_version = 7');
    db.close();
    expect(() => openStore(store.home).catalog).toThrow(`${path} has format version 7, and this dk reads version 1.`);
  });
});

describe('a store that may only be read', () => {
  it.runIf(process.geteuid?.() === 0)('is read by its owner, who took their own right to change it', () => {
    const store = newStore();
    const { id } = store.create(newRecording());
    const writer = store.blobWriter();
    const hash = writer.put(Buffer.from('bytes'));
    writer.close();
    store.close();
    execFileSync('chmod', ['a+rx', join(store.home, '..', '..'), join(store.home, '..')]);
    execFileSync('chown', ['-R', '65534', store.home]);
    execFileSync('chmod', ['-R', 'a-w', store.home]);
    const root = process.geteuid?.() as number;
    process.seteuid?.(65534);
    try {
      const other = openStore(store.home);
      expect(other.list().map((info) => info.id)).toEqual([id]);
      expect(other.blobs().read(hash).toString()).toBe('bytes');
      const refused = expect.objectContaining({
        code: 'io',
        hint: 'Choose a folder that you may write to (for the store: DK_HOME).',
      });
      expect(() => other.setMark(id, 'm', 1)).toThrow(refused);
      expect(() => other.create(newRecording())).toThrow(refused);
      other.close();
    } finally {
      process.seteuid?.(root);
    }
  });
});
