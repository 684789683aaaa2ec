import { accessSync, constants, lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Why `needBytes` cannot be written to the folder, as the end of a sentence; undefined when they can. */
export function refusal(folder: string, needBytes: number): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const readOnly = (error as NodeJS.ErrnoException).code === 'EROFS';
    return readOnly ? 'its filesystem is read-only' : 'it may not be written';
  }
  const { bavail, bsize, blocks } = statfsSync(folder);
  // A tmpfs without a limit says that it has no blocks at all.
  return blocks === 0 || bavail * bsize >= needBytes ? undefined : 'there is no space left';
}

/** Bytes of all files below the folder; 0 when it is not there. */
export function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) bytes += stat.isDirectory() ? bytesBelow(path) : stat.size;
  }
  return bytes;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
