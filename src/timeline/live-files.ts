import { close, constants, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
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
  close(): Promise<void>;
}

/** The tree as it is now. A bundle that is opened elsewhere has none. */
export interface LiveReader {
  /** undefined unless a regular file stands there (symbolic links are not followed). */
  open(path: string): Promise<LiveFile | undefined>;
}

export const liveFiles: LiveReader = liveFilesWith((open) => open());

/** `rights`: runs what opens a file, with the rights that this takes. */
export function liveFilesWith(rights: <T>(open: () => T) => T): LiveReader {
  return {
    async open(path) {
      let fd: number;
      try {
        fd = rights(() => atPath(path, (bytes) => openSync(bytes, FLAGS)));
      } catch {
        // Whatever the reason, the bytes cannot be had; the caller reports them as unknown.
        return undefined;
      }
      const file = new OpenFile(fd);
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
  constructor(private readonly fd: number) {}

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
