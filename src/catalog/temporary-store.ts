import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, readPlain } from '../cas/plain-files.js';
import { refusal } from './room.js';
import { DkError } from '../errors.js';
import { writeManifest } from './manifest.js';
import { openStore, type Store } from './store.js';
import type { RecordingInfo } from './types.js';

/** On disks first: what /dev/shm holds is memory. */
const PLACES = (): string[] => [tmpdir(), '/var/tmp', '/dev/shm'];

/**
 * A store for one recording that its own store cannot take, private to this process; it goes when it is closed, and at
 * the latest when the process ends. `draft`: the recording as it is in its own store, whose base.bin it takes.
 */
export function openTemporaryStore(draft: RecordingInfo, folder: string, needBytes: number): Store {
  const place = PLACES().find((candidate) => refusal(candidate, needBytes) === undefined);
  if (place === undefined) {
    throw new DkError(
      'store-full',
      `The recording ${draft.id} must be recovered, which takes up to ${Math.ceil(needBytes / 1e6)} MB, and there is no room for that.`,
      'Free some space where the store is, or set TMPDIR to a folder on a disk that has it.',
    );
  }
  const home = mkdtempSync(join(place, 'dk-recovered-'));
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  process.once('exit', remove);
  const store = openStore(home, { create: true });
  const close = store.close.bind(store);
  store.close = () => {
    close();
    process.off('exit', remove);
    remove();
  };
  const target = store.folderOf(draft.id);
  makeFolder(target);
  writeManifest(target, { ...draft, state: 'recording' });
  const base = join(folder, 'base.bin');
  if (existsSync(base)) writeFileSync(join(target, 'base.bin'), readPlain(base), { mode: 0o600 });
  return store;
}
