import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/catalog/store.js';
import { newRecording } from '../../support/recording-info.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();
const refusal = (code: string, message: string) => expect.objectContaining({ code, message });

it.each([0o755, 0o750, 0o704])('a store that others may look into (%o) is closed to them', (mode) => {
  const home = join(tempFolder(), 'dk');
  mkdirSync(home);
  writeFileSync(join(home, 'catalog.db'), '');
  chmodSync(home, mode);
  openStore(home);
  expect(statSync(home).mode & 0o7777).toBe(0o700);
});

it.each([0o770, 0o702])('a store that others could have written to (%o) is refused, unless it is empty', (mode) => {
  const home = join(tempFolder(), 'dk');
  mkdirSync(home);
  chmodSync(home, mode);
  openStore(home);
  expect(statSync(home).mode & 0o7777).toBe(0o700);
  writeFileSync(join(home, 'catalog.db'), '');
  chmodSync(home, mode);
  expect(() => openStore(home)).toThrow(
    refusal('io', `Others than you may write to the store ${home}, so what is in it may be theirs.`),
  );
  expect(statSync(home).mode & 0o7777).toBe(mode);
});

const notPlain = (path: string) =>
  refusal('damaged', `${path} is not a regular file or folder, and nothing else belongs into a store.`);

it.each(['packs', 'recordings', 'catalog.db', 'catalog.db-wal'])(
  '%s that is a link, or a FIFO, is an error',
  (name) => {
    const elsewhere = tempFolder();
    const linked = join(tempFolder(), 'dk');
    mkdirSync(linked, { mode: 0o700 });
    symlinkSync(elsewhere, join(linked, name));
    expect(() => openStore(linked)).toThrow(notPlain(join(linked, name)));
    const fifo = join(tempFolder(), 'dk');
    mkdirSync(fifo, { mode: 0o700 });
    execFileSync('mkfifo', [join(fifo, name)]);
    expect(() => openStore(fifo)).toThrow(notPlain(join(fifo, name)));
  },
);

it('a manifest that is a FIFO or a link is damaged, and nobody waits for it', () => {
  const store = openStore(join(tempFolder(), 'dk'), { create: true });
  for (const make of ['mkfifo "$0"', 'ln -s /etc/passwd "$0"']) {
    const { id } = store.create(newRecording());
    const manifest = join(store.folderOf(id), 'manifest.json');
    execFileSync('sh', ['-c', `rm "$0"; ${make}`, manifest]);
    expect(() => store.info(id)).toThrow(notPlain(manifest));
  }
  store.close();
});
