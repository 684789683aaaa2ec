import { close, constants, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { type DataFinder, dataBetween } from './data-finder.js';
import { inodeNumber } from './inode-number.js';
import { atPath } from './long-path.js';

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

/** Runs what opens a file, with the rights that this takes. */
export type WithRights = <T>(open: () => T) => T;

export const liveFiles: LiveReader = liveReader();

/** `findData`: tells holes from data; Node has no call for it. */
export function liveReader(findData?: DataFinder, rights: WithRights = (open) => open()): LiveReader {
  return {
    async open(path) {
      let fd: number;
      try {
        fd = rights(() => atPath(path, (bytes) => openSync(bytes, FLAGS)));
      } catch {
        // Whatever the reason, the bytes cannot be had; the caller reports them as unknown.
        return undefined;
      }
      const file = new OpenFile(fd, findData);
      if (fstatSync(fd).isFile()) return file;
      await file.close();
      return undefined;
    },
  };
}

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const readAt = promisify(read);
const closeFile = promisify(close);

class OpenFile implements LiveFile {
  constructor(
    private readonly fd: number,
    private readonly findData: DataFinder | undefined,
  ) {}

  dataRanges(offset: number, length: number): { offset: number; length: number }[] {
    const { fd, findData } = this;
    if (findData === undefined) return [{ offset, length }];
    return [...dataBetween((from) => findData(fd, from), offset, offset + length)];
  }

  async stat(): Promise<LiveStat> {
    const stat = fstatSync(this.fd, { bigint: true });
    const { size, mtimeNs, ctimeNs } = stat;
    return { ino: inodeNumber(stat), sizeBytes: Number(size), mtimeNs, ctimeNs };
  }

  async read(into: Buffer, offset: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await readAt(this.fd, into, filled, into.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  close(): Promise<void> {
    return closeFile(this.fd);
  }
}
