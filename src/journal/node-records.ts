import { S_IFLNK, S_IFMT } from '../linux/modes.js';
import { fromBytes } from '../events/byte-string.js';
import { wholeNodeFile } from '../timeline/node-file.js';

/** Readers of the records that the launcher writes. The layout is described in addon/launcher/node-record.h. */
const NODE_BYTES = 104;
const BLOB_BYTES = 32;
const RANGE_BYTES = 40;
const ASIDE_BYTES = 48;

export const NODE_FLAGS = {
  tooLarge: 1,
  inherited: 2,
  contentOnly: 4,
  unreadable: 8,
  notEntered: 16,
  deleted: 32,
  inBase: 64,
  tree: 128,
} as const;
/** What holds the bytes of a blob, by its flags; a file of its own otherwise. */
const SHARED_FILES = new Map([
  [1, 'small'],
  [2, 'later'],
]);
const RANGE_HOLE = 1;

/** A node as stat saw it. Names and link targets are byte strings. */
export interface NodeRecord {
  kind: 'base' | 'preimage' | 'inherited';
  /** NODE_FLAGS */
  flags: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  ino: bigint;
  devMajor: number;
  devMinor: number;
  rdevMajor: number;
  rdevMinor: number;
  sizeBytes: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  /** 0n: the filesystem keeps none. */
  btimeNs: bigint;
  /** When a preimage or inherited record was written, CLOCK_MONOTONIC. */
  notedNs: bigint;
  /**
   * base: index of the parent entry, NO_PARENT for a root; inherited: the descriptor's number; with NODE_FLAGS.inBase: the
   * entry of the base that the node is.
   */
  parent: number;
  /** 0: no content was saved. */
  blob: number;
  name: string;
  target: string | null;
  /** Names as byte strings. */
  xattrs: ReadonlyMap<string, Buffer>;
}

/** The bytes of a pre-image are complete: `length` bytes at `offset` of a file in preimage/. */
export interface BlobRecord {
  kind: 'blob';
  blob: number;
  file: string;
  offset: number;
  length: number;
}

/** A range of a very large pre-image was copied while the command went on, from and to the same offset. */
export interface RangeRecord {
  kind: 'range';
  blob: number;
  /** Zeros that take no room. */
  hole: boolean;
  offset: number;
  length: number;
  /** When the copy was done, on CLOCK_MONOTONIC. */
  doneNs: bigint;
}

/** What the buffer of a very large write held before the call; in preimage/N of blob N. */
export interface AsideRecord {
  kind: 'aside';
  blob: number;
  /** As the thread's own pid namespace names it. */
  tid: number;
  address: bigint;
  count: bigint;
  /** Bytes that could be read. */
  length: number;
  /** Before the call began, on CLOCK_MONOTONIC. */
  readNs: bigint;
}

export type LauncherRecord = NodeRecord | BlobRecord | RangeRecord | AsideRecord;

export const NO_PARENT = 0xffffffff;
const KINDS = new Map<number, NodeRecord['kind']>([
  [1, 'base'],
  [2, 'preimage'],
  [3, 'inherited'],
]);
const KIND_BLOB = 4;
const KIND_RANGE = 5;
const KIND_ASIDE = 6;

/**
 * The whole records in those bytes, which a frame holds: a record of an impossible size ends them. Records of kinds that this
 * version does not know are passed over. Returns the offset after the last one.
 */
export function* nodeRecords(bytes: Buffer): Generator<LauncherRecord, number, void> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32LE(at);
    if (size < 8 || size % 8 !== 0 || at + size > bytes.length) break;
    const record = decode(bytes.subarray(at, at + size));
    if (record !== undefined) yield record;
    at += size;
  }
  return at;
}

/** The records of a manifest. DkError 'damaged' or 'unsupported'. */
export function* manifestRecords(bytes: Buffer): Generator<LauncherRecord, void, void> {
  for (const { start, end } of wholeNodeFile(bytes, 'base')) yield* nodeRecords(bytes.subarray(start, end));
}

function decode(record: Buffer): LauncherRecord | undefined {
  const code = record.readUInt16LE(4);
  if (code === KIND_BLOB && record.length >= BLOB_BYTES) return decodeBlob(record);
  if (code === KIND_RANGE && record.length >= RANGE_BYTES) return decodeRange(record);
  if (code === KIND_ASIDE && record.length >= ASIDE_BYTES) return decodeAside(record);
  const kind = KINDS.get(code);
  return kind === undefined || record.length < NODE_BYTES ? undefined : decodeNode(record, kind);
}

function decodeBlob(record: Buffer): BlobRecord {
  const blob = record.readUInt32LE(8);
  return {
    kind: 'blob',
    file: SHARED_FILES.get(record.readUInt16LE(6)) ?? String(blob),
    blob,
    offset: Number(record.readBigInt64LE(16)),
    length: Number(record.readBigInt64LE(24)),
  };
}

function decodeRange(record: Buffer): RangeRecord {
  return {
    kind: 'range',
    hole: (record.readUInt16LE(6) & RANGE_HOLE) !== 0,
    blob: record.readUInt32LE(8),
    offset: Number(record.readBigInt64LE(16)),
    length: Number(record.readBigInt64LE(24)),
    doneNs: record.readBigInt64LE(32),
  };
}

function decodeAside(record: Buffer): AsideRecord {
  return {
    kind: 'aside',
    blob: record.readUInt32LE(8),
    tid: record.readUInt32LE(12),
    address: record.readBigUInt64LE(16),
    count: record.readBigUInt64LE(24),
    length: Number(record.readBigInt64LE(32)),
    readNs: record.readBigInt64LE(40),
  };
}

function decodeNode(record: Buffer, kind: NodeRecord['kind']): NodeRecord | undefined {
  const nameEnd = NODE_BYTES + record.readUInt16LE(96);
  const targetEnd = nameEnd + record.readUInt16LE(98);
  const xattrEnd = targetEnd + record.readUInt32LE(100);
  if (xattrEnd > record.length) return undefined;
  const mode = record.readUInt32LE(8);
  return {
    kind,
    flags: record.readUInt16LE(6),
    mode,
    nlink: record.readUInt32LE(12),
    uid: record.readUInt32LE(16),
    gid: record.readUInt32LE(20),
    ino: record.readBigUInt64LE(24),
    devMajor: record.readUInt32LE(32),
    devMinor: record.readUInt32LE(36),
    rdevMajor: record.readUInt32LE(40),
    rdevMinor: record.readUInt32LE(44),
    sizeBytes: Number(record.readBigInt64LE(48)),
    mtimeNs: record.readBigInt64LE(56),
    ctimeNs: record.readBigInt64LE(64),
    btimeNs: record.readBigInt64LE(72),
    notedNs: record.readBigInt64LE(80),
    parent: record.readUInt32LE(88),
    blob: record.readUInt32LE(92),
    name: fromBytes(record.subarray(NODE_BYTES, nameEnd)),
    target: (mode & S_IFMT) === S_IFLNK ? fromBytes(record.subarray(nameEnd, targetEnd)) : null,
    xattrs: decodeXattrs(record.subarray(targetEnd, xattrEnd)),
  };
}

function decodeXattrs(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  let at = 0;
  while (at + 6 <= bytes.length) {
    const nameEnd = at + 6 + bytes.readUInt16LE(at);
    const valueEnd = nameEnd + bytes.readUInt32LE(at + 2);
    if (valueEnd > bytes.length) break;
    xattrs.set(fromBytes(bytes.subarray(at + 6, nameEnd)), Buffer.from(bytes.subarray(nameEnd, valueEnd)));
    at = valueEnd;
  }
  return xattrs;
}
