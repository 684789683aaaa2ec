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
  const header = Buffer.alloc(16);
  header.write('DKBASE\0\x01', 'latin1');
  header.writeUInt32LE(1, 8);
  const rows = baseRows(root, spec);
  return Buffer.concat([header, ...rows.map((row, at) => encodeRecord(row, at))]);
}

export function contentOfBase(entry: BaseEntry): Buffer | undefined {
  if (typeof entry === 'string' || Buffer.isBuffer(entry)) return Buffer.from(entry);
  return 'file' in entry ? Buffer.from(entry.file) : undefined;
}

function encodeRecord({ path, parent, entry }: { path: string; parent: number; entry: BaseEntry }, at: number): Buffer {
  const name = Buffer.from(parent === 0xffffffff ? path : path.slice(path.lastIndexOf('/') + 1));
  const options: { mode?: number; uid?: number; gid?: number; mtimeNs?: bigint; ino?: number; nlink?: number } =
    typeof entry === 'object' && !Buffer.isBuffer(entry) && !('target' in entry) ? entry : {};
  const target = Buffer.from(typeof entry === 'object' && 'target' in entry ? entry.target : '');
  const isDir = typeof entry === 'object' && 'dir' in entry;
  const type = target.length > 0 ? 0o120000 : isDir ? 0o040000 : 0o100000;
  const record = Buffer.alloc(Math.ceil((104 + name.length + target.length) / 8) * 8);
  record.writeUInt32LE(record.length, 0);
  record.writeUInt16LE(1, 4);
  record.writeUInt32LE(type | (options.mode ?? (isDir ? 0o755 : type === 0o120000 ? 0o777 : 0o644)), 8);
  record.writeUInt32LE(options.nlink ?? (isDir ? 2 : 1), 12);
  record.writeUInt32LE(options.uid ?? 1000, 16);
  record.writeUInt32LE(options.gid ?? 1000, 20);
  record.writeBigUInt64LE(BigInt(options.ino ?? 100 + at), 24);
  record.writeUInt32LE(8, 32);
  record.writeUInt32LE(1, 36);
  record.writeBigInt64LE(BigInt(target.length > 0 ? target.length : (contentOfBase(entry)?.length ?? 4096)), 48);
  record.writeBigInt64LE(options.mtimeNs ?? BASE_MTIME_NS, 56);
  record.writeBigInt64LE(options.mtimeNs ?? BASE_MTIME_NS, 64);
  record.writeUInt32LE(parent, 88);
  record.writeUInt16LE(name.length, 96);
  record.writeUInt16LE(target.length, 98);
  name.copy(record, 104);
  target.copy(record, 104 + name.length);
  return record;
}
