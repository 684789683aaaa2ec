/**
 * What stands in a store is a regular file or a folder: a link leads elsewhere, and opening a FIFO would wait for ever.
 */
import { closeSync, constants, fstatSync, openSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DkError } from '../errors.js';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A folder of the store, for its owner alone. EEXIST when it stands already. */
export function makeFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
}

/** Opens a regular file for reading. DkError 'damaged' when it is anything else; the system's errors pass as they are. */
export function openPlain(path: string): number {
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ELOOP' || code === 'ENXIO' ? notPlain(path, error) : error;
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw notPlain(path);
}

export function readPlain(path: string): Buffer {
  const fd = openPlain(path);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * For what is given to libraries that open by name: DkError 'damaged' when something in the folder is neither a file nor
 * a folder.
 */
export function requirePlainFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) throw notPlain(join(folder, entry.name));
  }
}

export function notPlain(path: string, cause?: unknown): DkError {
  return new DkError(
    'damaged',
    `${path} is not a regular file or folder, and nothing else belongs into a store.`,
    'Look who put it there, and remove it.',
    cause,
  );
}
