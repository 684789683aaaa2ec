/**
 * Root records for others (sudo): what it creates inside a folder belongs to the folder's owner, so that a store
 * always belongs to one user.
 */
import { chownSync, fchownSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const isRoot = (): boolean => process.geteuid?.() === 0;

/** Gives a file just created to the owner of the folder it stands in. */
export function inheritOwner(fd: number, folder: string): void {
  if (!isRoot()) return;
  const { uid, gid } = statSync(folder);
  if (uid !== 0 || gid !== 0) fchownSync(fd, uid, gid);
}

/** A folder of the store, for its owner alone. EEXIST when it stands already. */
export function makeFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  if (!isRoot()) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0 || gid !== 0) chownSync(path, uid, gid);
}
