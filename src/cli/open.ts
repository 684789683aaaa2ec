/** From a reference on the command line to an opened recording: in the store, or straight from a bundle. */
import { existsSync } from 'node:fs';
import { openBundle } from '../bundle/open-bundle.js';
import { type Store, openStore as openStoreAt } from '../catalog/store.js';
import { DkError } from '../errors.js';
import { storeHome } from '../catalog/store-home.js';
import { takeOwnersRights } from '../catalog/store-rights.js';
import type { RecordingInfo } from '../catalog/types.js';
import { indexTable } from '../index/open-index.js';
import { openStoredRecording } from '../storage/open-stored.js';
import { type Recovered, recoverRecording } from '../ingest/recover.js';
import { openRecording } from '../timeline/recording.js';
import type { Recording } from '../timeline/types.js';
import type { Context, Operands } from './commands/command.js';
import { type Lookup, type Shape, type Source, takeRecording } from './refs/operands.js';

/** A recording with everything that must be closed after it. */
export interface Opened {
  recording: Recording;
  /** The store that has its files: a temporary one when the store that lists it has no room for them. */
  holder: Store;
  close(): Promise<void>;
}

/** The store that lists a recording, and the one that has its files (see Opened). */
export interface Stores {
  store: Store;
  holder: Store;
}

/** The user's store, with its owner's rights from here on. Unless it is to be made, nothing needs to be there. */
export function openStore(context: Context, create = false): Store {
  const home = storeHome(context.io.env);
  takeOwnersRights(home, context.io.env, 'for good');
  return openStoreAt(home, { create, notice: context.notice });
}

export function storeLookup(context: Context, store: Store): Lookup {
  return { cwd: context.io.cwd, recordings: () => store.list(), damaged: () => store.damaged() };
}

export async function openSource(store: Store, source: Source, context: Context): Promise<Opened> {
  if (source.from === 'bundle') return openBundleFile(source.file, store);
  return openStored(store, source.info, context);
}

/**
 * Runs `use` on the recording that the operands name, with the operands that are left; closes it whatever happens. One that
 * is still being made cannot be opened: `whileRunning`, if there is one, has it instead.
 */
export async function withRecording(
  context: Context,
  operands: Pick<Operands, 'before' | 'after'>,
  shape: Shape,
  use: (recording: Recording, rest: readonly string[], source: Source, stores: Stores) => Promise<number>,
  whileRunning?: (info: RecordingInfo, rest: readonly string[], store: Store) => Promise<number>,
): Promise<number> {
  const store = openStore(context);
  try {
    const { source, rest } = takeRecording(operands.before, operands.after ?? [], shape, storeLookup(context, store));
    if (whileRunning !== undefined && source.from === 'store' && source.info.state === 'recording') {
      return await whileRunning(source.info, rest, store);
    }
    const opened = await openSource(store, source, context);
    try {
      return await use(opened.recording, rest, source, { store, holder: opened.holder });
    } finally {
      await opened.close();
    }
  } finally {
    store.close();
  }
}

async function openStored(store: Store, listed: RecordingInfo, context: Context): Promise<Opened> {
  const { info, store: holder, refused } = await readable(store, listed);
  if (refused !== undefined) {
    context.notice(
      `recording ${info.id} was interrupted, and the store ${store.home} cannot keep what was recovered: ${refused}.`,
    );
    context.io.stderr.write(
      'It is recovered each time it is opened, until there is room in a store that can be written.\n',
    );
  }
  const closeHolder = (): void => {
    if (holder !== store) holder.close();
  };
  try {
    const recording = await openStoredRecording(holder, info);
    const close = (): Promise<void> => recording.close().finally(closeHolder);
    return { recording, holder, close };
  } catch (error) {
    closeHolder();
    throw error;
  }
}

/** A recording whose recorder died is made readable first, once. */
async function readable(store: Store, info: RecordingInfo): Promise<Recovered> {
  if (store.isAbandoned(info.id)) return recoverRecording(store, info);
  if (info.state === 'recording' && !existsSync(indexTable(store.folderOf(info.id)))) {
    throw new DkError(
      'not-found',
      `The recording ${info.id} is still being made.`,
      'Open it when its command has ended.',
    );
  }
  return { info, store };
}

async function openBundleFile(file: string, store: Store): Promise<Opened> {
  const bundle = await openBundle(file);
  try {
    return { recording: await openRecording(bundle), holder: store, close: () => bundle.close() };
  } catch (error) {
    await bundle.close();
    throw error;
  }
}
