/** Crash-safe files: what stands at `path` is always whole, the old content or the new. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DkError } from '../errors.js';

/** Writes beside the path, syncs, renames, syncs the folder. Nothing is left behind when it fails. */
export async function replaceFile(
  path: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const part = new Part(path);
  try {
    for await (const bytes of content) part.write(bytes);
    part.take();
  } catch (error) {
    throw part.drop(error);
  }
}

export function replaceFileSync(path: string, content: Uint8Array): void {
  const part = new Part(path);
  try {
    part.write(content);
    part.take();
  } catch (error) {
    throw part.drop(error);
  }
}

/** What is to stand at `path`, beside it. */
class Part {
  private readonly part: string;
  private fd: number | undefined;

  constructor(private readonly path: string) {
    this.part = `${path}.${randomBytes(6).toString('hex')}.part`;
  }

  write(bytes: Uint8Array): void {
    writeAll(this.open(), bytes);
  }

  /** Puts it in its place. */
  take(): void {
    fsyncSync(this.open());
    this.close();
    renameSync(this.part, this.path);
    syncFolder(dirname(this.path));
  }

  /** Leaves nothing behind; returns what to throw. */
  drop(error: unknown): unknown {
    this.close();
    // Not rmSync's own force, which takes a folder that is none for an error.
    if (existsSync(this.part)) rmSync(this.part);
    return writeFailed(this.path, error);
  }

  private open(): number {
    this.fd ??= openSync(this.part, 'wx', 0o600);
    return this.fd;
  }

  private close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
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
