/** Crash-safe files: what stands at `path` is always whole, the old content or the new. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DkError } from '../errors.js';
import { inheritOwner } from './owner.js';

/** Writes beside the path, syncs, renames, syncs the folder. Nothing is left behind when it fails. */
export async function replaceFile(
  path: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const part = partPath(path);
  let fd: number | undefined;
  try {
    fd = openSync(part, 'wx', 0o600);
    inheritOwner(fd, dirname(path));
    for await (const bytes of content) writeAll(fd, bytes);
    fsyncSync(fd);
    closeSync(fd);
    fd = undefined;
    renameSync(part, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    removeIfThere(part);
    throw writeFailed(path, error);
  }
}

export function replaceFileSync(path: string, content: Uint8Array): void {
  const part = partPath(path);
  let fd: number | undefined;
  try {
    fd = openSync(part, 'wx', 0o600);
    inheritOwner(fd, dirname(path));
    writeAll(fd, content);
    fsyncSync(fd);
    closeSync(fd);
    fd = undefined;
    renameSync(part, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    removeIfThere(part);
    throw writeFailed(path, error);
  }
}

/** At the file's own position, or at the one that is given. */
export function writeAll(fd: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    done += writeSync(fd, bytes, done, bytes.length - done, at);
  }
}

export function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Says of a failed write what the user can do about it; other errors pass as they are. */
export function writeFailed(path: string, error: unknown): unknown {
  if (error instanceof DkError) return error;
  const { code, message } = error as { code?: string; message: string };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DkError(
      'store-full',
      `There is no space left to write ${path}.`,
      'Free some space, for example with dk rm, and try again.',
      error,
    );
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new DkError(
      'io',
      `${path} cannot be written (${code}).`,
      'Choose a folder that you may write to (for the store: DK_HOME).',
      error,
    );
  }
  return code === undefined
    ? error
    : new DkError('io', `${path} cannot be written: ${message}.`, 'Check the disk and the path.', error);
}

/** Not rmSync's own force, which takes a folder that is none for an error. */
function removeIfThere(path: string): void {
  if (existsSync(path)) rmSync(path);
}

function partPath(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.part`;
}
