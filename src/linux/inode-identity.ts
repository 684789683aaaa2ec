/** An inode as the kernel names it. */
export interface Identity {
  /** In halves: FUSE and overlayfs (xino) have numbers above 2^53. */
  readonly inoLow: number;
  readonly inoHigh: number;
  readonly dev: number;
  readonly gen: number;
}

/** An inode, and what it was when the call returned. */
export interface InodeAfter extends Identity {
  /** st_mode; 0: the probe does not tell attributes. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly sizeBytes: number;
}

export function isSameInode(a: Identity, b: Identity): boolean {
  return a.inoLow === b.inoLow && a.inoHigh === b.inoHigh && a.dev === b.dev && a.gen === b.gen;
}

export function identityKey({ inoLow, inoHigh, dev, gen }: Identity): string {
  return `${inoHigh}:${inoLow}:${dev}:${gen}`;
}

/** As stat(2) shows it. */
export function inodeOf({ inoLow, inoHigh }: Identity): bigint {
  return (BigInt(inoHigh) << 32n) | BigInt(inoLow);
}

/** "major:minor:inode", as the manifest has it. */
export function identityOf(id: Identity): string {
  return `${id.dev >>> 20}:${id.dev & 0xfffff}:${inodeOf(id)}`;
}
