/** What others see of a recording that is just being made: after each system call of its maker they look at the store. */
import type * as Fs from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openStore, type Store } from '../../../src/catalog/store.js';
import { newRecording } from '../../support/recording-info.js';
import { tempFolders } from '../../support/temp-folder.js';

let afterEachCall: (() => void) | undefined;

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const watched = Object.entries(fs).map(([name, value]) => {
    if (!name.endsWith('Sync') || typeof value !== 'function') return [name, value];
    const call = (...args: unknown[]): unknown => {
      try {
        return (value as (...args: unknown[]) => unknown)(...args);
      } finally {
        const look = afterEachCall;
        afterEachCall = undefined; // looking makes calls, too
        look?.();
        afterEachCall = look;
      }
    };
    return [name, Object.assign(call, value)];
  });
  return Object.fromEntries(watched) as typeof Fs;
});

const tempFolder = tempFolders();

/** What the listings of another process were, one for each call that `act` made. */
function seenDuring(home: string, act: () => void): { ids: string[]; states: string[]; damaged: string[] }[] {
  const seen: ReturnType<typeof seenDuring> = [];
  afterEachCall = () => {
    const other = openStore(home);
    const recordings = other.list();
    seen.push({
      ids: recordings.map((info) => info.id),
      states: recordings.map((info) => info.state),
      damaged: other.damaged().map(({ id }) => id),
    });
    other.close();
  };
  try {
    act();
  } finally {
    afterEachCall = undefined;
  }
  return seen;
}

it('a recording appears whole: with its manifest, and with a writer that lives', () => {
  const home = join(tempFolder(), 'dk');
  const store = openStore(home, { create: true });
  let id = '';
  const seen = seenDuring(home, () => {
    id = store.create(newRecording()).id;
  });
  store.close();
  expect(new Set(seen.flatMap(({ damaged }) => damaged))).toEqual(new Set());
  expect(new Set(seen.flatMap(({ states }) => states))).toEqual(new Set(['recording']));
  expect(seen[0]?.ids).toEqual([]);
  expect(seen.at(-1)?.ids).toEqual([id]);
});

it('it is whole until it is sealed, and never looks interrupted', () => {
  const home = join(tempFolder(), 'dk');
  const store = openStore(home, { create: true });
  const { id } = store.create(newRecording());
  const seen = seenDuring(home, () => store.update(id, (info) => ({ ...info, state: 'sealed' })));
  store.close();
  expect(new Set(seen.flatMap(({ damaged }) => damaged))).toEqual(new Set());
  expect(new Set(seen.flatMap(({ states }) => states))).toEqual(new Set(['recording', 'sealed']));
});

/** Lets `act` happen after the nth call of `look`, for each of its calls. */
async function atEachCallOf(look: (home: string, id: string) => void, act: (store: Store, id: string) => unknown) {
  let ran: boolean;
  let n = 0;
  do {
    const home = join(tempFolder(), 'dk');
    const store = openStore(home, { create: true });
    const { id } = store.create(newRecording());
    let left = ++n;
    let done: unknown;
    ran = false;
    afterEachCall = () => {
      if (--left !== 0) return;
      ran = true;
      done = act(store, id);
    };
    try {
      look(home, id);
    } finally {
      afterEachCall = undefined;
    }
    await done;
    store.close();
  } while (ran);
  return n - 1;
}

it('one that is sealed while somebody looks is being recorded or sealed, never interrupted', async () => {
  const calls = await atEachCallOf(
    (home, id) => expect(['recording', 'sealed']).toContain(openStore(home).info(id).state),
    (store, id) => store.update(id, (info) => ({ ...info, state: 'sealed' })),
  );
  expect(calls).toBeGreaterThan(2);
});

it('one that is removed while somebody lists is gone, not damaged', async () => {
  const calls = await atEachCallOf(
    (home) => expect(openStore(home).damaged()).toEqual([]),
    (store, id) => store.remove(id), // its folder is renamed before the first await
  );
  expect(calls).toBeGreaterThan(2);
});
