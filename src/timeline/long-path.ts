import { closeSync, constants, openSync } from 'node:fs';
import { toBytes } from '../events/byte-string.js';

/** The kernel takes no path of so many bytes; what a program makes step by step, each in its directory, may lie deeper. */
const PATH_MAX = 4096;
const SLASH = 0x2f;
const O_PATH = 0o10000000;

/** A path that the kernel takes, until it is closed. */
interface ShortPath {
  bytes: Buffer;
  close(): void;
}

/** `path`, or its end behind a descriptor of the directory before it. Throws what opening that directory throws. */
function shortPath(path: string): ShortPath {
  let bytes = toBytes(path);
  let fd = -1;
  const close = () => {
    if (fd >= 0) closeSync(fd);
  };
  while (bytes.length >= PATH_MAX) {
    const end = bytes.lastIndexOf(SLASH, PATH_MAX - 1);
    try {
      const next = openSync(bytes.subarray(0, end), constants.O_DIRECTORY | constants.O_NOFOLLOW | O_PATH);
      close();
      fd = next;
    } catch (error) {
      close();
      throw error;
    }
    bytes = Buffer.concat([Buffer.from(`/proc/self/fd/${fd}`), bytes.subarray(end)]);
  }
  return { bytes, close };
}

/** Calls `act` with what the kernel takes for the path. */
export function atPath<T>(path: string, act: (bytes: Buffer) => T): T {
  const short = shortPath(path);
  try {
    return act(short.bytes);
  } finally {
    short.close();
  }
}
