/** Flags of files, as FS_IOC_GETFLAGS and lsattr(1) show them (linux/fs.h, FS_*_FL). */
export const FILE_FLAGS = {
  sync: 0x8,
  immutable: 0x10,
  append: 0x20,
  nodump: 0x40,
  noatime: 0x80,
  encrypt: 0x800,
  dirsync: 0x10000,
  verity: 0x100000,
  dax: 0x2000000,
  projinherit: 0x20000000,
} as const;

/** What a call asked for. `mask`: the flags that it said something about. */
export interface AskedFlags {
  flags: number;
  mask: number;
  /** The project that quotas count the file to; null: nothing was said. */
  project: number | null;
}

/** Flags that every file system that has them sets as asked, or refuses; of others nobody knows whether they were taken. */
const KEPT =
  FILE_FLAGS.sync |
  FILE_FLAGS.immutable |
  FILE_FLAGS.append |
  FILE_FLAGS.nodump |
  FILE_FLAGS.noatime |
  FILE_FLAGS.encrypt |
  FILE_FLAGS.verity;

export function keptFlags(type: string | undefined): number {
  return type === 'dir' ? KEPT | FILE_FLAGS.dirsync | FILE_FLAGS.projinherit : KEPT;
}

/** FS_XFLAG_ bits that stand for the same. */
const BY_XFLAG: readonly (readonly [xflag: number, flag: number])[] = [
  [0x8, FILE_FLAGS.immutable],
  [0x10, FILE_FLAGS.append],
  [0x20, FILE_FLAGS.sync],
  [0x40, FILE_FLAGS.noatime],
  [0x80, FILE_FLAGS.nodump],
  [0x200, FILE_FLAGS.projinherit],
  [0x8000, FILE_FLAGS.dax],
];

function flagsOfXflags(xflags: number): Pick<AskedFlags, 'flags' | 'mask'> {
  let [flags, mask] = [0, 0];
  for (const [xflag, flag] of BY_XFLAG) {
    mask |= flag;
    if ((xflags & xflag) !== 0) flags |= flag;
  }
  return { flags, mask };
}

/** struct fsxattr: u32 xflags, extsize, nextents, projid, … */
export function flagsOfFsxattr(bytes: Buffer): AskedFlags {
  return { ...flagsOfXflags(bytes.readUInt32LE(0)), project: bytes.readUInt32LE(12) };
}

/** struct file_attr: u64 xflags, u32 extsize, nextents, projid, … */
export function flagsOfFileAttr(bytes: Buffer): AskedFlags {
  return { ...flagsOfXflags(bytes.readUInt32LE(0)), project: bytes.readUInt32LE(16) };
}

/** "immutable, append"; what has no name here in hexadecimal. */
export function flagNames(flags: number): string {
  const known = Object.entries(FILE_FLAGS).filter(([, bit]) => (flags & bit) !== 0);
  const rest = known.reduce((left, [, bit]) => left & ~bit, flags) >>> 0;
  const names = known.map(([name]) => name);
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? 'none' : names.join(', ');
}
