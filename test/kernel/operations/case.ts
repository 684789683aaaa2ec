import { toBytes } from '../../../src/events/byte-string.js';

/** One row: what stood there, the calls, and every event they must give, in order, with no other. */
export interface OperationCase {
  name: string;
  /** Prepares the case's folder before the recording. */
  before?: (folder: string) => void;
  /** Lines for calls.c. */
  calls: readonly string[];
  events: readonly Expected[];
  /** Signal that ends the case's process. */
  signal?: number;
  /** Its exit code. */
  code?: number;
}

/** Fields as `dk log --json` names them. Paths are relative to the case's folder. */
export interface Expected {
  kind: string;
  path: string;
  /** The bytes that the event carried. */
  bytes?: Buffer;
  /** Index of the process in the order of their forks: 0 the case's own. */
  by?: number;
  [field: string]: unknown;
}

/** The bytes of calls.c's `b:LENGTH:SEED`. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + (i >> 8) * 13 + (i >> 16) * 29 + seed * 31) & 0xff;
  return bytes;
}

/** A path for calls.c. */
export function text(path: string): string {
  let out = "'";
  for (const byte of toBytes(path)) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x2c;
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}

const REG = 0o100000;
const DIR = 0o040000;
const LNK = 0o120000;
const ROOT = { uid: 0, gid: 0 };

export const created = (path: string, mode = 0o644, more: object = {}): Expected => ({
  kind: 'file.create',
  path,
  mode: REG | mode,
  ...ROOT,
  ...more,
});
export const wrote = (path: string, offset: number, bytes: Buffer, more: object = {}): Expected => ({
  kind: 'file.write',
  path,
  offset,
  length: bytes.length,
  bytes,
  ...more,
});
export const truncated = (path: string, sizeBytes: number): Expected => ({ kind: 'file.truncate', path, sizeBytes });
export const madeDir = (path: string, mode = 0o755, more: object = {}): Expected => ({
  kind: 'dir.create',
  path,
  mode: DIR | mode,
  ...ROOT,
  ...more,
});
export const removedDir = (path: string): Expected => ({ kind: 'dir.remove', path });
export const unlinked = (path: string): Expected => ({ kind: 'path.unlink', path });
/** `replaced`: the path whose file it replaced. */
export const renamed = (path: string, newPath: string, replaced: string | null = null): Expected => ({
  kind: 'path.rename',
  path,
  newPath,
  replaced,
});
export const exchanged = (path: string, newPath: string): Expected => ({
  kind: 'path.exchange',
  path,
  newPath,
  other: newPath,
});
export const linked = (path: string, newPath: string): Expected => ({ kind: 'link.create', path, newPath });
export const symlinked = (path: string, target: string, more: object = {}): Expected => ({
  kind: 'symlink.create',
  path,
  mode: LNK | 0o777,
  ...ROOT,
  target,
  ...more,
});
export const madeNode = (path: string, mode: number, rdev = 0): Expected => ({
  kind: 'node.create',
  path,
  mode,
  ...ROOT,
  rdev,
});
export const modeSet = (path: string, mode: number): Expected => ({ kind: 'meta.mode', path, mode });
export const ownerSet = (path: string, uid: number, gid: number): Expected => ({ kind: 'meta.owner', path, uid, gid });
export const timesSet = (path: string, atimeNs: bigint | null, mtimeNs: bigint | null, mtimeNow = false): Expected => ({
  kind: 'meta.times',
  path,
  atimeNs: atimeNs === null ? null : String(atimeNs),
  mtimeNs: mtimeNs === null ? null : String(mtimeNs),
  mtimeNow,
});
export const output = (fd: 1 | 2, bytes: Buffer): Expected => ({
  kind: 'output.write',
  path: '',
  fd,
  length: bytes.length,
  bytes,
});
export const ended = (code = 0, signal = 0, more: object = {}): Expected => ({
  kind: 'proc.exit',
  path: '',
  code,
  signal,
  ...more,
});
