/** Where the store is, and its folders. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../cas/plain-files.js';
import { writeFailed } from '../cas/replace-file.js';

/** $DK_HOME, or where the XDG base directories say. */
export function storeHome(env: NodeJS.ProcessEnv): string {
  if (env.DK_HOME) return resolve(env.DK_HOME);
  if (env.XDG_DATA_HOME?.startsWith('/')) return join(env.XDG_DATA_HOME, 'diffkeeper');
  return join(env.HOME || '/', '.local/share/diffkeeper');
}

export const packsFolder = (home: string): string => join(home, 'packs');
export const recordingsFolder = (home: string): string => join(home, 'recordings');

/** Makes what is missing. DkError when it cannot be made. */
export function makeStore(home: string): void {
  try {
    if (!existsSync(home)) {
      makeParents(dirname(home));
      makeUnlessThere(home);
    }
    makeUnlessThere(packsFolder(home));
    makeUnlessThere(recordingsFolder(home));
  } catch (error) {
    throw writeFailed(home, error);
  }
}

/** Two processes may make the store at once. */
function makeUnlessThere(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Not mkdir's own recursion, which never ends below /proc, where making a folder fails with ENOENT. */
function makeParents(path: string): void {
  if (existsSync(path)) return;
  makeParents(dirname(path));
  makeUnlessThere(path);
}
