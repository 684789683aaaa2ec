import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** What stood in a root before a recording: text or bytes for a file, or an object for anything else. */
export type BaseEntry =
  | string
  | Buffer
  | { dir: true; mode?: number; mtimeNs?: bigint }
  | { target: string }
  | {
      file: string | Buffer;
      mode?: number;
      uid?: number;
      gid?: number;
      mtimeNs?: bigint;
      ino?: number;
      nlink?: number;
    };

/** Paths below the root to what stood there; directories on the way need not be named. */
export type BaseSpec = Readonly<Record<string, BaseEntry>>;

export const BASE_MTIME_NS = 1_700_000_000_000_000_000n;

/** The records of a root in the order of a real scan: breadth first, the children of a directory sorted and together. */
export function baseRows(root: string, spec: BaseSpec): { path: string; parent: number; entry: BaseEntry }[] {
  const entries = new Map<string, BaseEntry>();
  for (const [path, entry] of Object.entries(spec)) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const dir = parts.slice(0, depth).join('/');
      if (!entries.has(dir)) entries.set(dir, { dir: true });
    }
    entries.set(path, entry);
  }
  const rows: { path: string; parent: number; entry: BaseEntry }[] = [
    { path: root, parent: 0xffffffff, entry: { dir: true } },
  ];
  const below = (dir: string) =>
    [...entries.keys()]
      .filter((path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '') === dir)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (let at = 0; at < rows.length; at++) {
    const dir = rows[at] as { path: string };
    for (const path of below(at === 0 ? '' : dir.path)) rows.push({ path, parent: at, entry: entries.get(path) ?? '' });
  }
  return rows;
}

/** The bytes of a base.bin. */
export function encodeBase(root: string, spec: BaseSpec): Buffer {
  return encodeManifest([encodeRecords(root, spec)]);
}

export function encodeRecords(root: string, spec: BaseSpec): Buffer {
  return Buffer.concat(baseRows(root, spec).map((row, at) => encodeRecord(row, at)));
}

/** Frames of records, and the empty one that ends a manifest. */
export function encodeManifest(payloads: readonly Buffer[]): Buffer {
  return encodeNodeFile('DKBASE\0\x01', [...payloads, Buffer.alloc(0)]);
}

export function contentOfBase(entry: BaseEntry): Buffer | undefined {
  if (typeof entry === 'string' || Buffer.isBuffer(entry)) return Buffer.from(entry);
  return 'file' in entry ? Buffer.from(entry.file) : undefined;
}

function encodeRecord({ path, parent, entry }: { path: string; parent: number; entry: BaseEntry }, at: number): Buffer {
  const options: { mode?: number; uid?: number; gid?: number; mtimeNs?: bigint; ino?: number; nlink?: number } =
    typeof entry === 'object' && !Buffer.isBuffer(entry) && !('target' in entry) ? entry : {};
  const target = Buffer.from(typeof entry === 'object' && 'target' in entry ? entry.target : '');
  const isDir = typeof entry === 'object' && 'dir' in entry;
  const type = target.length > 0 ? 0o120000 : isDir ? 0o040000 : 0o100000;
  return encodeNode({
    name: Buffer.from(parent === 0xffffffff ? path : path.slice(path.lastIndexOf('/') + 1)),
    parent,
    target,
    mode: type | (options.mode ?? (isDir ? 0o755 : type === 0o120000 ? 0o777 : 0o644)),
    nlink: options.nlink ?? (isDir ? 2 : 1),
    uid: options.uid ?? 1000,
    gid: options.gid ?? 1000,
    ino: BigInt(options.ino ?? 100 + at),
    dev: [8, 1],
    rdev: [0, 0],
    size: target.length > 0 ? target.length : (contentOfBase(entry)?.length ?? 4096),
    mtimeNs: options.mtimeNs ?? BASE_MTIME_NS,
    ctimeNs: options.mtimeNs ?? BASE_MTIME_NS,
  });
}

interface RawNode {
  name: Buffer;
  parent: number;
  target: Buffer;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  ino: bigint;
  dev: readonly [major: number, minor: number];
  rdev: readonly [major: number, minor: number];
  size: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

/** One record of base.bin, as addon/launcher/node-record.h lays it out. */
function encodeNode(node: RawNode): Buffer {
  const record = Buffer.alloc(Math.ceil((104 + node.name.length + node.target.length) / 8) * 8);
  record.writeUInt32LE(record.length, 0);
  record.writeUInt16LE(1, 4);
  for (const [at, value] of [node.mode, node.nlink, node.uid, node.gid].entries()) {
    record.writeUInt32LE(value, 8 + 4 * at);
  }
  record.writeBigUInt64LE(node.ino, 24);
  for (const [at, value] of [...node.dev, ...node.rdev].entries()) record.writeUInt32LE(value, 32 + 4 * at);
  record.writeBigInt64LE(BigInt(node.size), 48);
  record.writeBigInt64LE(node.mtimeNs, 56);
  record.writeBigInt64LE(node.ctimeNs, 64);
  record.writeUInt32LE(node.parent, 88);
  record.writeUInt16LE(node.name.length, 96);
  record.writeUInt16LE(node.target.length, 98);
  node.name.copy(record, 104);
  node.target.copy(record, 104 + node.name.length);
  return record;
}

/** The base.bin of a folder as it stands on this disk, as the launcher would write it. */
export function scanBase(root: string): Buffer {
  const rows: { path: Buffer; name: Buffer; parent: number }[] = [
    { path: Buffer.from(root), name: Buffer.from(root), parent: 0xffffffff },
  ];
  const records: Buffer[] = [];
  for (let at = 0; at < rows.length; at++) {
    const { path, name, parent } = rows[at] as (typeof rows)[number];
    const stat = lstatSync(path, { bigint: true });
    const target = stat.isSymbolicLink() ? readlinkSync(path, { encoding: 'buffer' }) : Buffer.alloc(0);
    const [mode, nlink, uid, gid] = [stat.mode, stat.nlink, stat.uid, stat.gid].map(Number) as [
      number,
      number,
      number,
      number,
    ];
    const { ino, mtimeNs, ctimeNs } = stat;
    const facts = { name, parent, target, mode, nlink, uid, gid, ino, mtimeNs, ctimeNs, size: Number(stat.size) };
    records.push(encodeNode({ ...facts, dev: [0, Number(stat.dev)], rdev: [0, Number(stat.rdev)] }));
    if (!stat.isDirectory()) continue;
    for (const child of readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare)) {
      rows.push({ path: Buffer.concat([path, Buffer.from('/'), child]), name: child, parent: at });
    }
  }
  return encodeManifest([Buffer.concat(records)]);
}

/** A file of the launcher's, with a frame for each payload: the layout of node-record.h, written down a second time on purpose. */
export function encodeNodeFile(magic: string, payloads: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(16);
  header.write(magic, 'latin1');
  header.writeUInt32LE(2, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return Buffer.concat([header, ...payloads.map(encodeFrame)]);
}

export function encodeFrame(payload: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.write('DKNF', 'latin1');
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(crc32(payload), 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return Buffer.concat([header, payload]);
}
