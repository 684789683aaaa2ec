import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type DataFinder, dataBetween } from './data-finder.js';
import { inodeNumber } from './inode-number.js';
import { type ShortPath, shortPath } from './long-path.js';

export interface LiveStat {
  ino: bigint;
  sizeBytes: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

export interface LiveFile {
  stat(): Promise<LiveStat>;
  /** Fills `into` from `offset`; returns the number of bytes there were. */
  read(into: Buffer, offset: number): Promise<number>;
  /** Ranges that are no holes; all of it where nobody can tell. */
  dataRanges(offset: number, length: number): { offset: number; length: number }[];
  close(): Promise<void>;
}

/** The tree as it is now. A bundle that is opened elsewhere has none. */
export interface LiveReader {
  /** undefined unless a regular file stands there (symbolic links are not followed). */
  open(path: string): Promise<LiveFile | undefined>;
}

export const liveFiles: LiveReader = liveReader();

/** `findData`: tells holes from data; Node has no call for it. */
export function liveReader(findData?: DataFinder): LiveReader {
  return { open: (path) => openLive(path, findData) };
}

async function openLive(path: string, findData: DataFinder | undefined): Promise<LiveFile | undefined> {
  let handle: FileHandle;
  let short: ShortPath | undefined;
  try {
    short = shortPath(path);
    handle = await open(short.bytes, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    // Whatever the reason, the bytes cannot be had; the caller reports them as unknown.
    return undefined;
  } finally {
    short?.close();
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    return undefined;
  }
  return new OpenFile(handle, findData);
}

class OpenFile implements LiveFile {
  constructor(
    private readonly handle: FileHandle,
    private readonly findData: DataFinder | undefined,
  ) {}

  dataRanges(offset: number, length: number): { offset: number; length: number }[] {
    const { findData } = this;
    if (findData === undefined) return [{ offset, length }];
    return [...dataBetween((from) => findData(this.handle.fd, from), offset, offset + length)];
  }

  async stat(): Promise<LiveStat> {
    const stat = await this.handle.stat({ bigint: true });
    const { size, mtimeNs, ctimeNs } = stat;
    return { ino: inodeNumber(stat), sizeBytes: Number(size), mtimeNs, ctimeNs };
  }

  async read(into: Buffer, offset: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.handle.read(into, filled, into.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
