import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExtraBase } from '../../../src/bundle/bundle-pack.js';
import { exportBundle } from '../../../src/bundle/export-bundle.js';
import { importBundle } from '../../../src/bundle/import-bundle.js';
import { type Bundle, openBundle } from '../../../src/bundle/open-bundle.js';
import { openStore } from '../../../src/catalog/store.js';
import type { BlobReader } from '../../../src/cas/types.js';
import type { DkEvent } from '../../../src/events/event.js';
import { baseStream } from '../../../src/events/event.js';
import { openIndex } from '../../../src/index/open-index.js';
import type { IndexReader } from '../../../src/index/types.js';
import { type StoredRecording, storedRecording } from '../../support/stored-recording.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();

async function exported(
  extraBase?: AsyncIterable<ExtraBase>,
  count?: number,
): Promise<StoredRecording & { file: string }> {
  const recording = await storedRecording(join(tempFolder(), 'dk'), count);
  const file = join(tempFolder(), 'bug.dk.zip');
  const { info, folder, store } = recording;
  await exportBundle({ info, folder, blobs: store.blobs() }, file, { extraBase });
  return { ...recording, file };
}

async function all(events: AsyncIterable<DkEvent>): Promise<DkEvent[]> {
  const found: DkEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

async function contentOf(index: IndexReader, blobs: BlobReader, stream: number): Promise<string> {
  const pieces = await index.stream(stream, 0, Number.MAX_SAFE_INTEGER);
  return Buffer.concat(
    pieces.map((piece) =>
      piece.sha256 === null
        ? Buffer.alloc(piece.length)
        : blobs.read(piece.sha256).subarray(piece.blobOff, piece.blobOff + piece.length),
    ),
  ).toString();
}

async function using<T>(file: string, use: (bundle: Bundle) => Promise<T>): Promise<T> {
  const bundle = await openBundle(file);
  try {
    return await use(bundle);
  } finally {
    await bundle.close();
  }
}

describe('a bundle', () => {
  it('is read in place, with all that the recording has', async () => {
    const { file, info, events, base, store } = await exported();
    await using(file, async (bundle) => {
      expect(bundle.info).toStrictEqual(info);
      expect(bundle.base).toEqual(base);
      expect(await all(bundle.index.events(1, 100))).toStrictEqual(events);
      expect(await bundle.index.meta('proof')).toEqual(Buffer.from('proof'));
      expect(await bundle.index.history(101)).toEqual([2, 5, 8]);
      expect((await bundle.index.processes())[0]?.argv).toEqual(['cc']);
      const expected = [1, 4, 7].map((i) => `line ${i} of file 101\n`.repeat(5)).join('');
      expect(await contentOf(bundle.index, bundle.blobs, 203)).toBe(expected);
    });
    expect(readdirSync(join(file, '..'))).toEqual(['bug.dk.zip']);
    store.close();
  });

  it('is a zip for every unzip, and says what it is', async () => {
    const { file } = await exported();
    const names = ['bundle.json', 'README.txt', 'base.bin.zst', 'objects.pack', 'objects.tbl', 'index.tbl'];
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist(), sep="\\n"); print(z.read("README.txt").decode())';
    const output = execFileSync('python3', ['-c', script, file], { encoding: 'utf8' });
    expect(output.split('\n').slice(0, 7)).toEqual(['None', ...names]);
    expect(output).toContain('  command   make all\n  started   2023-11-14T22:13:20.000Z\n  events    10\n');
  });

  it('takes base content that the caller adds, for files that have none', async () => {
    async function* extra(): AsyncGenerator<ExtraBase> {
      yield { file: 50, data: Buffer.from('first ') };
      yield { file: 50, data: Buffer.from('second') };
      yield { file: 17, data: Buffer.alloc(700_000, 'z') };
    }
    const { file } = await exported(extra());
    await using(file, async ({ index, blobs }) => {
      expect(await contentOf(index, blobs, baseStream(50))).toBe('first second');
      expect(await contentOf(index, blobs, baseStream(17))).toBe('z'.repeat(700_000));
      expect(await index.streamLength(203)).toBe(285);
    });
  });

  it('keeps out what the base stream of a file has already', async () => {
    const { info, folder, store, file } = await exported(
      (async function* () {
        yield { file: 50, data: Buffer.from('kept') };
      })(),
    );
    const target = openStore(join(tempFolder(), 'other'), { create: true });
    await importBundle(file, target);
    const again = join(tempFolder(), 'again.dk.zip');
    const extra = (async function* () {
      yield { file: 50, data: Buffer.from('not taken') };
    })();
    const source = { info, folder: target.folderOf(info.id), blobs: target.blobs() };
    await exportBundle(source, again, { extraBase: extra });
    await using(again, async ({ index, blobs }) => expect(await contentOf(index, blobs, 100)).toBe('kept'));
    expect(existsSync(folder)).toBe(true);
    for (const one of [store, target]) one.close();
  });

  it('of many objects and blocks keeps every one', async () => {
    const { file, events } = await exported(undefined, 5000);
    await using(file, async ({ index }) => {
      expect(await index.length()).toBe(5000);
      expect(await all(index.events(2040, 2060))).toStrictEqual(events.slice(2039, 2060));
    });
  });

  it('is not begun for a recording that is not sealed', async () => {
    const { store, folder, info } = await storedRecording(join(tempFolder(), 'dk'));
    execFileSync('rm', [join(folder, 'index.tbl')]);
    const file = join(tempFolder(), 'x.dk.zip');
    await expect(exportBundle({ info, folder, blobs: store.blobs() }, file)).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(file)).toBe(false);
    store.close();
  });

  it('leaves the old file alone when it cannot be written', async () => {
    const { store, folder, info } = await storedRecording(join(tempFolder(), 'dk'));
    const file = join(tempFolder(), 'x.dk.zip');
    writeFileSync(file, 'old');
    execFileSync('rm', ['-r', store.packsFolder]);
    const failing = exportBundle({ info, folder, blobs: store.blobs() }, file);
    await expect(failing).rejects.toMatchObject({ name: 'DkError' });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(join(file, '..'))).toEqual(['x.dk.zip']);
    store.close();
  });
});

describe('importBundle', () => {
  it('reads nothing any more once it has failed', async () => {
    const { info, folder, store } = await storedRecording(join(tempFolder(), 'dk'), 20_000);
    const blobs = store.blobs();
    let late = 0;
    let failed = false;
    const watched: BlobReader = {
      has: (sha256) => blobs.has(sha256),
      read: (sha256) => {
        if (failed) late += 1;
        return blobs.read(sha256);
      },
    };
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.prependListener('uncaughtException', note);
    try {
      for (const out of [join(tempFolder(), 'missing', 'bug.dk.zip'), '/dev/full/bug.dk.zip']) {
        failed = false;
        await expect(exportBundle({ info, folder, blobs: watched }, out)).rejects.toThrow(/cannot be written/);
        failed = true;
        for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      expect({ late, uncaught }).toEqual({ late: 0, uncaught: [] });
    } finally {
      process.off('uncaughtException', note);
      store.close();
    }
  });

  it('takes the recording into another store, and exporting it again gives the same', async () => {
    const { file, info, events, base } = await exported();
    const store = openStore(join(tempFolder(), 'other'), { create: true });
    expect(await importBundle(file, store)).toStrictEqual({ ...info, imported: true });
    expect(store.list()).toStrictEqual([{ ...info, imported: true }]);
    const folder = store.folderOf(info.id);
    expect(readdirSync(folder).sort()).toEqual(['base.bin', 'index.tbl', 'manifest.json']);
    expect(readFileSync(join(folder, 'base.bin'))).toEqual(base);
    const index = await openIndex(folder);
    expect(await all(index.events(1, 100))).toStrictEqual(events);
    expect(await contentOf(index, store.blobs(), 201)).toContain('line 9 of file 100\n');
    await index.close();
    const again = join(tempFolder(), 'again.dk.zip');
    await exportBundle({ info, folder, blobs: store.blobs() }, again);
    await using(file, (first) =>
      using(again, async (second) => {
        expect(await all(second.index.events(1, 100))).toStrictEqual(await all(first.index.events(1, 100)));
        expect(second.base).toEqual(first.base);
        expect(second.info).toStrictEqual(first.info);
      }),
    );
    expect(statSync(again).size).toBe(statSync(file).size);
    store.close();
  });

  it('refuses a recording that is there, and changes nothing', async () => {
    const { file, store, info } = await exported();
    await expect(importBundle(file, store)).rejects.toThrow(`The recording ${info.id} is in the store already.`);
    expect(store.list()).toStrictEqual([info]);
    expect(readdirSync(store.recordingsFolder)).toEqual([info.id]);
    store.close();
  });
});
