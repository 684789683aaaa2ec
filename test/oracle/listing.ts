import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What one walk of a real tree saw. Written as JSON by oracle.py too; paths and bytes in base64. */
export interface Listing {
  entries: ListedNode[];
}

export interface ListedNode {
  /** Relative to the listed folder; '' is the folder itself. */
  path: string;
  type: 'file' | 'dir' | 'symlink' | 'fifo' | 'socket' | 'char' | 'block';
  /** st_mode with type bits. */
  mode: number;
  uid: number;
  gid: number;
  rdev: number;
  nlink: number;
  /** The same for two paths exactly when they are one inode. */
  inode: string;
  sizeBytes: number;
  /** Of regular files. */
  sha256?: string;
  /** Of symbolic links. */
  target?: string;
  /** Only where the lister can read them. */
  xattrs?: Record<string, string>;
  /** Nanoseconds; only where it was set explicitly and nothing moved it since. */
  mtimeNs?: string;
}

const TYPES: Record<number, ListedNode['type']> = {
  0o100000: 'file',
  0o040000: 'dir',
  0o120000: 'symlink',
  0o010000: 'fifo',
  0o140000: 'socket',
  0o020000: 'char',
  0o060000: 'block',
};

/** Lists `folder` and everything below it. `upper`: its place in the upper layer, as in listing.py. */
export function listTree(folder: string, upper?: string): Listing {
  const entries: ListedNode[] = [];
  const root = Buffer.from(folder);
  const visit = (path: Buffer, relative: Buffer) => {
    const stat = lstatSync(path, { bigint: true });
    const layer =
      upper === undefined || stat.isDirectory() ? undefined : Buffer.concat([Buffer.from(`${upper}/`), relative]);
    const inUpper = layer && lstatSync(layer, { bigint: true, throwIfNoEntry: false });
    const node = { ...listedNode(path, relative, stat), ...(inUpper && { inode: `upper:${inUpper.ino}` }) };
    entries.push(node);
    if (node.type !== 'dir') return;
    for (const name of readdirSync(path, { encoding: 'buffer' })) {
      const below = relative.length === 0 ? name : Buffer.concat([relative, Buffer.from('/'), name]);
      visit(Buffer.concat([path, Buffer.from('/'), name]), below);
    }
  };
  visit(root, Buffer.alloc(0));
  return { entries };
}

function listedNode(path: Buffer, relative: Buffer, stat: BigIntStats): ListedNode {
  const mode = Number(stat.mode);
  const type = TYPES[mode & 0o170000] as ListedNode['type'];
  const node: ListedNode = {
    path: relative.toString('base64'),
    type,
    mode,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    rdev: Number(stat.rdev),
    nlink: Number(stat.nlink),
    inode: `${stat.dev}:${stat.ino}`,
    sizeBytes: Number(stat.size),
  };
  if (type === 'file') node.sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (type === 'symlink') node.target = readlinkSync(path, { encoding: 'buffer' }).toString('base64');
  return node;
}
