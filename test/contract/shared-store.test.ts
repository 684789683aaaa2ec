/** One store, several processes: real ones. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/catalog/store.js';
import { newRecording } from '../support/recording-info.js';
import { tempFolders } from '../support/temp-folder.js';

const STORE = pathToFileURL(resolve('src/catalog/store.ts')).href;
const LOADER = pathToFileURL(resolve('test/support/ts-loader.mjs')).href;
const tempFolder = tempFolders();

/** Makes the store if need be, a recording, objects that are partly those of the others, and marks. */
const SCRIPT = `
  const [module, home, number, draft, rounds] = process.argv.slice(1);
  const { openStore } = await import(module);
  const store = openStore(home, { create: true });
  const { id } = store.create(JSON.parse(draft));
  const blobs = store.blobWriter();
  for (let i = 0; i < Number(rounds); i++) {
    blobs.put(Buffer.from('object ' + i + (i % 3 === 0 ? '' : ' of ' + number)));
    if (i % 10 === 9) blobs.flush();
    if (i % 5 === 0) store.setMark(id, 'm' + (i % 25), i);
    if (i === 9) process.stdout.write('going');
  }
  blobs.close();
  store.close();
`;

function start(home: string, number: number, rounds: number): ChildProcess {
  const args = [
    '--import',
    LOADER,
    '--input-type=module',
    '-e',
    SCRIPT,
    STORE,
    home,
    String(number),
    JSON.stringify(newRecording()),
    String(rounds),
  ];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function named(home: string): string[] {
  const db = new Sqlite(join(home, 'catalog.db'), { readonly: true });
  const rows = db.prepare('SELECT lower(hex(sha256)) AS hash FROM objects').all() as { hash: string }[];
  db.close();
  return rows.map((row) => row.hash);
}

describe('processes that share a store', () => {
  it('make it together, and lose nothing of each other', async () => {
    const home = join(tempFolder(), 'dk');
    const writers = Array.from({ length: 4 }, (_, i) => start(home, i, 50));
    expect(await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]))).toEqual([0, 0, 0, 0]);
    const store = openStore(home);
    const recordings = store.list();
    expect(recordings).toHaveLength(4);
    for (const info of recordings) {
      expect(info.state).toBe('interrupted');
      expect(info.marks).toEqual([25, 30, 35, 40, 45].map((seq) => ({ name: `m${seq % 25}`, seq })));
    }
    const hashes = named(home);
    expect(hashes).toHaveLength(17 + 4 * 33);
    const blobs = store.blobs();
    for (const hash of hashes) expect(blobs.read(hash).toString()).toMatch(/^object \d+/);
    blobs.close();
    store.close();
  });

  it('find it whole when one of them is killed in the middle', async () => {
    const home = join(tempFolder(), 'dk');
    for (let kill = 0; kill < 5; kill++) {
      const writer = start(home, kill, 1_000_000);
      await once(writer.stdout as NodeJS.ReadableStream, 'data');
      const before = named(home).length;
      while (named(home).length < before + 40 * kill) await new Promise((resolve) => setImmediate(resolve));
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const store = openStore(home);
      expect(store.damaged()).toEqual([]);
      expect(store.list().map((info) => info.state)).toEqual(Array(kill + 1).fill('interrupted'));
      const blobs = store.blobs();
      for (const hash of named(home)) expect(blobs.read(hash).toString()).toMatch(/^object \d+/);
      blobs.close();
      store.close();
    }
  });
});
