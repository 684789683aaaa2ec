import { toBytes } from '../events/byte-string.js';
import { baseStream } from '../events/event.js';
import { totalOf } from './balanced.js';
import { Attributes } from './attributes.js';
import type { BaseNode } from './base-node.js';
import { typeOfMode } from './base-node.js';
import { S_IFMT, S_IFREG } from '../linux/modes.js';
import { type Extents, iterateExtents, wholeExtents } from './extents.js';
import type { Owner } from './int-map.js';
import { LinkNames } from './link-names.js';
import type { NameTree } from './name-tree.js';
import { type Extent, type FileFlags, type Node, type NodeType, UNKNOWN } from './types.js';

/**
 * What the recording knows of one node beyond the base: the overlay's row. Immutable once the edit that owns it is
 * frozen; until then that edit changes it in place.
 */
export class Rec {
  constructor(
    readonly owner: Owner | null,
    readonly file: number,
    public mode: number,
    public uid: number,
    public gid: number,
    public rdev: number,
    public nlink: number,
    public target: string | null,
    public mtimeNs: bigint | null,
    /** Recorded changes (value null: removed), over the base's attributes. */
    public xattrs: Attributes | null,
    /** Flags of chattr(1) that events have set or taken; null: none. */
    public flags: FileFlags | null,
    readonly base: boolean,
    public touched: boolean,
    /** Sequence number at which the content was last known for certain; see `State.uncertain`. */
    public certainAt: number,
    /** Names that it got during the recording and still has; base names that still lead to it count as well. */
    public names: LinkNames,
    /** Content of a regular file; its total is the size. */
    public extents: Extents,
    /** Names of a directory that differ from the base. */
    public entries: NameTree,
  ) {}

  copy(owner: Owner | null): Rec {
    return new Rec(
      owner,
      this.file,
      this.mode,
      this.uid,
      this.gid,
      this.rdev,
      this.nlink,
      this.target,
      this.mtimeNs,
      this.xattrs,
      this.flags,
      this.base,
      this.touched,
      this.certainAt,
      this.names,
      this.extents,
      this.entries,
    );
  }

  get type(): NodeType {
    return typeOfMode(this.mode);
  }

  get sizeBytes(): number {
    if (this.target !== null) return toBytes(this.target).length;
    return totalOf(this.extents);
  }
}

export function recOfBase(node: BaseNode, owner: Owner | null): Rec {
  const isFile = (node.mode & S_IFMT) === S_IFREG;
  return new Rec(
    owner,
    node.file,
    node.mode,
    node.uid,
    node.gid,
    node.rdev,
    node.nlink,
    node.target,
    node.identity === '' ? null : node.mtimeNs,
    node.xattrs === null ? null : Attributes.of(node.xattrs),
    null,
    true,
    false,
    0,
    LinkNames.none,
    isFile ? wholeExtents(node.sizeBytes, baseStream(node.file)) : null,
    null,
  );
}

const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();
const TIME_MOVES_UNSEEN: ReadonlySet<NodeType> = new Set<NodeType>(['fifo', 'char', 'block']);

/** A node as readers see it. `uncertain`: something was lost, so that the content may be anything. */
export class NodeView implements Node {
  constructor(
    readonly rec: Rec,
    readonly uncertain: boolean,
  ) {}

  /** Made anew each time: a file can have thousands. */
  get xattrs(): ReadonlyMap<string, Uint8Array> | null {
    if (this.rec.xattrs === null) return this.rec.base ? null : NO_XATTRS;
    const present = new Map<string, Uint8Array>();
    for (const [name, value] of this.rec.xattrs) if (value !== null) present.set(name, value);
    return present;
  }
  get removedXattrs(): readonly string[] {
    const removed: string[] = [];
    for (const [name, value] of this.rec.xattrs ?? []) if (value === null) removed.push(name);
    return removed;
  }

  get file(): number {
    return this.rec.file;
  }
  get type(): NodeType {
    return this.rec.type;
  }
  get mode(): number {
    return this.rec.mode;
  }
  get uid(): number {
    return this.rec.uid;
  }
  get gid(): number {
    return this.rec.gid;
  }
  get rdev(): number {
    return this.rec.rdev;
  }
  get nlink(): number {
    return this.rec.nlink;
  }
  get sizeBytes(): number {
    return this.rec.sizeBytes;
  }
  get target(): string | null {
    return this.rec.target;
  }
  /** Writing into a FIFO, and what a device driver does, moves the time of its node without an event: it is never known. */
  get mtimeNs(): bigint | null {
    return TIME_MOVES_UNSEEN.has(this.type) ? null : this.rec.mtimeNs;
  }
  get flags(): FileFlags | null {
    return this.rec.flags;
  }
  get base(): boolean {
    return this.rec.base;
  }
  get touched(): boolean {
    return this.rec.touched;
  }

  extents(): Iterable<Extent> {
    return iterateExtents(this.content());
  }

  /** The content as a persistent sequence. */
  content(): Extents {
    return this.uncertain ? wholeExtents(this.sizeBytes, UNKNOWN) : this.rec.extents;
  }
}
