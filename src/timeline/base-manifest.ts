import { fromBytes, isName } from '../events/byte-string.js';
import { FIRST_BASE_FILE, ROOT_DIR_FILE } from '../events/event.js';
import { MOST } from '../events/limits.js';
import { type BaseNode, makeDev, type NodeName } from './base-node.js';
import { S_IFDIR, S_IFMT } from '../linux/modes.js';
import { damagedNodeFile, wholeNodeFile } from './node-file.js';
import { childPath } from './child-path.js';

/**
 * base.bin, the stat-only manifest of the roots (layout: addon/launcher/node-record.h). Nothing is decoded before it is
 * asked for: opening verifies its frames and finds the records, their parents and the hard links among them.
 * Parents stand before their children.
 */
const FIXED_BYTES = 104;
const NO_PARENT = 0xffffffff;
/** Flags of a directory whose entries the scan could not list, or left alone. */
const NOT_LISTED = 8 | 16;
/** Offsets of the fields in a record. */
const AT = {
  size: 0,
  flags: 6,
  mode: 8,
  nlink: 12,
  uid: 16,
  gid: 20,
  ino: 24,
  devMajor: 32,
  devMinor: 36,
  rdevMajor: 40,
  rdevMinor: 44,
  fileSize: 48,
  mtime: 56,
  ctime: 64,
  parent: 88,
  nameLength: 96,
  targetLength: 98,
  xattrLength: 100,
} as const;

export class BaseManifest {
  static readonly empty = BaseManifest.of(Buffer.alloc(0), []);

  /** Names by the index of their directory's record. */
  private readonly indexes = new Map<number, ReadonlyMap<string, number>>();
  /** The record of the root "/", -1 when it is not a root. Its file is ROOT_DIR_FILE. */
  private readonly slash: number;

  private constructor(
    private readonly bytes: Buffer,
    private readonly view: DataView,
    private readonly offsets: Uint32Array,
    /** children.list[children.start[i] … children.start[i + 1]) are the records whose parent is i. */
    private readonly childRecords: { start: Uint32Array; list: Uint32Array },
    /** Records of the roots. */
    private readonly rootRecords: readonly number[],
    /** Further names of a file that has an earlier record, to that record; and back. */
    private readonly aliases: { firstOf: ReadonlyMap<number, number>; othersOf: ReadonlyMap<number, number[]> },
  ) {
    this.slash = rootRecords.find((record) => this.nameOf(record) === '/') ?? -1;
  }

  /** DkError 'damaged' when it is not as it was written, or does not add up. */
  static parse(bytes: Uint8Array): BaseManifest {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return BaseManifest.of(buffer, wholeNodeFile(buffer, 'base'));
  }

  private static of(buffer: Buffer, payloads: readonly { start: number; end: number }[]): BaseManifest {
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const offsets = findRecords(view, payloads);
    const parents = offsets.map((offset) => view.getUint32(offset + AT.parent, true));
    const bad = parents.findIndex((parent, record) => parent !== NO_PARENT && parent >= record);
    if (bad >= 0) throw damagedNodeFile('base', offsets[bad] as number, 'its parent does not stand before it');
    const deep = firstTooDeep(parents);
    if (deep >= 0) throw damagedNodeFile('base', offsets[deep] as number, 'it lies too deep');
    const roots: number[] = [];
    parents.forEach((parent, record) => {
      if (parent === NO_PARENT) roots.push(record);
    });
    return new BaseManifest(buffer, view, offsets, groupByParent(parents), roots, findHardLinks(view, offsets));
  }

  /** Number of records; file ids FIRST_BASE_FILE … FIRST_BASE_FILE + count - 1 are theirs. */
  get count(): number {
    return this.offsets.length;
  }

  roots(): { file: number; path: string }[] {
    return this.rootRecords.map((record) => ({ file: this.fileOf(record), path: this.nameOf(record) }));
  }

  /** A hard link's later records stand for the file of the first one. */
  fileOf(record: number): number {
    if (record === this.slash) return ROOT_DIR_FILE;
    return FIRST_BASE_FILE + (this.aliases.firstOf.get(record) ?? record);
  }

  has(file: number): boolean {
    return this.recordOf(file) >= 0;
  }

  node(file: number): BaseNode | undefined {
    const record = this.recordOf(file);
    return record < 0 ? undefined : this.nodeOf(record, file);
  }

  /** What the entry says; `file` is the id that it gets. */
  nodeOf(record: number, file: number): BaseNode {
    const at = this.offsets[record] as number;
    const u32 = (field: number) => this.view.getUint32(at + field, true);
    const mode = u32(AT.mode);
    const targetAt = at + FIXED_BYTES + this.view.getUint16(at + AT.nameLength, true);
    const targetLength = this.view.getUint16(at + AT.targetLength, true);
    const xattrLength = u32(AT.xattrLength);
    const xattrsAt = targetAt + targetLength;
    const ino = this.view.getBigUint64(at + AT.ino, true);
    const isDir = (mode & S_IFMT) === S_IFDIR;
    return {
      file,
      mode,
      nlink: u32(AT.nlink),
      uid: u32(AT.uid),
      gid: u32(AT.gid),
      rdev: makeDev(u32(AT.rdevMajor), u32(AT.rdevMinor)),
      identity: `${u32(AT.devMajor)}:${u32(AT.devMinor)}:${ino}`,
      sizeBytes: safeSize(this.view.getBigInt64(at + AT.fileSize, true)),
      mtimeNs: this.view.getBigInt64(at + AT.mtime, true),
      ctimeNs: this.view.getBigInt64(at + AT.ctime, true),
      target: targetLength === 0 ? null : fromBytes(this.bytes.subarray(targetAt, targetAt + targetLength)),
      xattrs: xattrLength === 0 ? null : decodeXattrs(this.bytes.subarray(xattrsAt, xattrsAt + xattrLength)),
      listed: isDir && (this.view.getUint16(at + AT.flags, true) & NOT_LISTED) === 0,
    };
  }

  /** At most how many names it has inside the roots. */
  nameCount(file: number): number {
    const record = this.recordOf(file);
    return record < 0 ? 0 : 1 + (this.aliases.othersOf.get(record)?.length ?? 0);
  }

  /** Names inside the roots, in record order; a root itself is not named here. */
  *names(file: number): Generator<NodeName> {
    const record = this.recordOf(file);
    if (record < 0) return;
    yield* this.nameOfRecord(record);
    for (const one of this.aliases.othersOf.get(record) ?? []) yield* this.nameOfRecord(one);
  }

  /** 0 when the directory has no such entry. */
  child(dir: number, name: string): number {
    const record = this.recordOf(dir);
    return record < 0 ? 0 : (this.indexOf(record).get(name) ?? 0);
  }

  /** Unsorted. */
  children(dir: number): ReadonlyMap<string, number> {
    const record = this.recordOf(dir);
    return record < 0 ? new Map() : this.indexOf(record);
  }

  private indexOf(record: number): ReadonlyMap<string, number> {
    let index = this.indexes.get(record);
    if (index === undefined) {
      const { start, list } = this.childRecords;
      const entries = new Map<string, number>();
      for (let at = start[record] as number; at < (start[record + 1] as number); at++) {
        const child = list[at] as number;
        entries.set(this.nameOf(child), this.fileOf(child));
      }
      index = entries;
      this.indexes.set(record, index);
    }
    return index;
  }

  /** The record of a root; -1 when it is none. */
  rootRecord(path: string): number {
    return this.rootRecords.find((record) => this.nameOf(record) === path) ?? -1;
  }

  /** Of a directory, in the order of their names' bytes. */
  childrenOf(record: number): Uint32Array {
    const { start, list } = this.childRecords;
    return list.subarray(start[record], start[record + 1]);
  }

  isDir(record: number): boolean {
    return (this.view.getUint32((this.offsets[record] as number) + AT.mode, true) & S_IFMT) === S_IFDIR;
  }

  /** Other names of the same inode. */
  aliasesOf(record: number): readonly number[] {
    const first = this.aliases.firstOf.get(record) ?? record;
    return [first, ...(this.aliases.othersOf.get(first) ?? [])].filter((one) => one !== record);
  }

  /** Absolute. */
  pathOf(record: number): string {
    const parent = this.view.getUint32((this.offsets[record] as number) + AT.parent, true);
    if (parent === NO_PARENT) return this.nameOf(record);
    const dir = this.pathOf(parent);
    return childPath(dir, this.nameOf(record));
  }

  /** Order by the bytes of the names. */
  compareNames(record: number, other: BaseManifest, otherRecord: number): number {
    const a = this.nameRange(record);
    const b = other.nameRange(otherRecord);
    return this.bytes.compare(other.bytes, b.start, b.end, a.start, a.end);
  }

  /** True when nothing tells the two entries apart but where they stand. */
  isSame(record: number, other: BaseManifest, otherRecord: number): boolean {
    const a = this.offsets[record] as number;
    const b = other.offsets[otherRecord] as number;
    const size = this.view.getUint32(a, true);
    if (other.view.getUint32(b, true) !== size) return false;
    const rest = AT.parent + 4;
    return (
      this.bytes.compare(other.bytes, b, b + AT.parent, a, a + AT.parent) === 0 &&
      this.bytes.compare(other.bytes, b + rest, b + size, a + rest, a + size) === 0
    );
  }

  /** -1 when the file is not in the manifest under this id. */
  recordOf(file: number): number {
    if (file === ROOT_DIR_FILE) return this.slash;
    const record = file - FIRST_BASE_FILE;
    return record >= 0 && record < this.count && this.fileOf(record) === file ? record : -1;
  }

  private *nameOfRecord(record: number): Generator<NodeName> {
    const parent = this.view.getUint32((this.offsets[record] as number) + AT.parent, true);
    if (parent !== NO_PARENT) yield { parent: this.fileOf(parent), name: this.nameOf(record) };
  }

  /** Of a root its path. */
  nameOf(record: number): string {
    const { start, end } = this.nameRange(record);
    const name = fromBytes(this.bytes.subarray(start, end));
    const at = this.offsets[record] as number;
    const isRoot = this.view.getUint32(at + AT.parent, true) === NO_PARENT;
    if (!isRoot && !isName(name)) throw damagedNodeFile('base', at, 'a name is not one that a file can have');
    return name;
  }

  private nameRange(record: number): { start: number; end: number } {
    const start = (this.offsets[record] as number) + FIXED_BYTES;
    return { start, end: start + this.view.getUint16(start - FIXED_BYTES + AT.nameLength, true) };
  }
}

function findRecords(view: DataView, payloads: readonly { start: number; end: number }[]): Uint32Array {
  let offsets = new Uint32Array(1024);
  let count = 0;
  for (const { start, end } of payloads) {
    for (let at = start; at + FIXED_BYTES <= end; ) {
      const size = view.getUint32(at + AT.size, true);
      // In version 1 that is the torn end; a frame is never torn.
      if (size === 0 || size % 8 !== 0 || at + size > end) break;
      const nameLength = view.getUint16(at + AT.nameLength, true);
      const targetLength = view.getUint16(at + AT.targetLength, true);
      const needed = FIXED_BYTES + nameLength + targetLength + view.getUint32(at + AT.xattrLength, true);
      if (size < needed) throw damagedNodeFile('base', at, 'a record is smaller than what it holds');
      // A root's name is its path.
      const isRoot = view.getUint32(at + AT.parent, true) === NO_PARENT;
      if (nameLength > (isRoot ? MOST.pathBytes : MOST.nameBytes) || targetLength > MOST.targetBytes) {
        throw damagedNodeFile('base', at, 'a name or target is too long');
      }
      if (count === offsets.length) {
        const larger = new Uint32Array(2 * count);
        larger.set(offsets);
        offsets = larger;
      }
      offsets[count++] = at;
      at += size;
    }
  }
  return offsets.slice(0, count);
}

/** -1 for none. */
function firstTooDeep(parents: Uint32Array): number {
  const depths = new Uint16Array(parents.length);
  return parents.findIndex((parent, record) => {
    const depth = parent === NO_PARENT ? 0 : (depths[parent] as number) + 1;
    depths[record] = depth;
    return depth > MOST.pathDepth;
  });
}

function groupByParent(parents: Uint32Array): { start: Uint32Array; list: Uint32Array } {
  const start = new Uint32Array(parents.length + 1);
  for (const parent of parents) if (parent !== NO_PARENT) (start[parent + 1] as number) += 1;
  for (let i = 1; i < start.length; i++) start[i] = (start[i] as number) + (start[i - 1] as number);
  const next = start.slice();
  const list = new Uint32Array(start[parents.length] as number);
  parents.forEach((parent, record) => {
    if (parent === NO_PARENT) return;
    const at = next[parent] as number;
    list[at] = record;
    next[parent] = at + 1;
  });
  return { start, list };
}

function findHardLinks(
  view: DataView,
  offsets: Uint32Array,
): { firstOf: ReadonlyMap<number, number>; othersOf: ReadonlyMap<number, number[]> } {
  const seen = new Map<string, number>();
  const firstOf = new Map<number, number>();
  const othersOf = new Map<number, number[]>();
  offsets.forEach((at, record) => {
    const isDir = (view.getUint32(at + AT.mode, true) & S_IFMT) === S_IFDIR;
    if (isDir || view.getUint32(at + AT.nlink, true) < 2) return;
    const device = `${view.getUint32(at + AT.devMajor, true)}:${view.getUint32(at + AT.devMinor, true)}`;
    const identity = `${device}:${view.getBigUint64(at + AT.ino, true)}`;
    const first = seen.get(identity);
    if (first === undefined) {
      seen.set(identity, record);
    } else {
      firstOf.set(record, first);
      const others = othersOf.get(first);
      if (others === undefined) othersOf.set(first, [record]);
      else others.push(record);
    }
  });
  return { firstOf, othersOf };
}

/** (u16 name length, u32 value length, name, value)*; what does not fit is left out. */
function decodeXattrs(bytes: Buffer): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (let at = 0; at + 6 <= bytes.length; ) {
    const nameEnd = at + 6 + bytes.readUInt16LE(at);
    const end = nameEnd + bytes.readUInt32LE(at + 2);
    if (end > bytes.length) break;
    xattrs.set(fromBytes(bytes.subarray(at + 6, nameEnd)), bytes.subarray(nameEnd, end));
    at = end;
  }
  return xattrs;
}

function safeSize(size: bigint): number {
  return size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : Number(size);
}
