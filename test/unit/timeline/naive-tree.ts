/**
 * The filesystem as simply as it can be said: a map from paths to nodes, bytes as arrays of numbers (-1: unknown).
 * The properties compare states with it.
 */
export interface NaiveNode {
  type: 'file' | 'dir' | 'symlink' | 'fifo';
  bytes: number[];
  mode: number;
  uid: number;
  target: string | null;
  xattrs: Map<string, string>;
  flags: { set: number; known: number } | null;
  mtimeNs: bigint | null;
}

export function naiveNode(type: NaiveNode['type'], facts: Partial<NaiveNode> = {}): NaiveNode {
  return {
    type,
    bytes: [],
    mode: 0o644,
    uid: 1000,
    target: null,
    xattrs: new Map(),
    flags: null,
    mtimeNs: null,
    ...facts,
  };
}

export class NaiveTree {
  readonly paths = new Map<string, NaiveNode>();

  parentIsDir(path: string): boolean {
    return this.paths.get(path.slice(0, path.lastIndexOf('/')))?.type === 'dir';
  }

  isEmpty(dir: string): boolean {
    return ![...this.paths.keys()].some((path) => path.startsWith(`${dir}/`));
  }

  /** rename(2); false when the kernel would refuse. */
  rename(from: string, to: string): boolean {
    const node = this.paths.get(from);
    const there = this.paths.get(to);
    if (node === undefined || !this.parentIsDir(to) || `${to}/`.startsWith(`${from}/`)) return from === to && !!node;
    if (`${from}/`.startsWith(`${to}/`)) return false;
    if (node === there) return true;
    if (there !== undefined && (there.type === 'dir') !== (node.type === 'dir')) return false;
    if (there?.type === 'dir' && !this.isEmpty(to)) return false;
    this.move([[from, to]]);
    return true;
  }

  exchange(a: string, b: string): boolean {
    if (!this.paths.has(a) || !this.paths.has(b)) return false;
    if (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`)) return false;
    this.move([
      [a, b],
      [b, a],
    ]);
    return true;
  }

  write(node: NaiveNode, offset: number, bytes: readonly number[]): void {
    if (bytes.length > 0) this.resize(node, Math.max(node.bytes.length, offset + bytes.length));
    node.bytes.splice(offset, bytes.length, ...bytes);
    node.mtimeNs = null;
  }

  resize(node: NaiveNode, size: number): void {
    node.bytes.length = Math.min(node.bytes.length, size);
    while (node.bytes.length < size) node.bytes.push(0);
    node.mtimeNs = null;
  }

  allocate(node: NaiveNode, mode: number, offset: number, length: number): void {
    const size = node.bytes.length;
    if (mode === 8) node.bytes.splice(offset, length);
    else if (mode === 32) {
      if (offset <= size) node.bytes.splice(offset, 0, ...new Array<number>(length).fill(0));
    } else {
      const end = mode & 1 ? Math.min(size, offset + length) : offset + length;
      if (end > size) this.resize(node, end);
      if (mode & (2 | 16)) node.bytes.fill(0, Math.min(offset, end), end);
    }
    node.mtimeNs = null;
  }

  link(path: string, node: NaiveNode): void {
    this.paths.set(path, node);
    this.touchDir(path);
  }

  unlink(path: string): void {
    this.paths.delete(path);
    this.touchDir(path);
  }

  nlink(node: NaiveNode): number {
    return [...this.paths.values()].filter((one) => one === node).length;
  }

  clone(): NaiveTree {
    const copies = new Map<NaiveNode, NaiveNode>();
    const copy = new NaiveTree();
    for (const [path, node] of this.paths) {
      const made = copies.get(node) ?? { ...node, bytes: [...node.bytes], xattrs: new Map(node.xattrs) };
      copies.set(node, made);
      copy.paths.set(path, made);
    }
    return copy;
  }

  private move(moves: readonly (readonly [from: string, to: string])[]): void {
    const taken: [string, NaiveNode][] = [];
    for (const [from, to] of moves) {
      for (const [path, node] of [...this.paths]) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        taken.push([to + path.slice(from.length), node]);
        this.paths.delete(path);
      }
    }
    for (const [path, node] of taken) this.paths.set(path, node);
    for (const [from, to] of moves) {
      this.touchDir(from);
      this.touchDir(to);
    }
  }

  private touchDir(path: string): void {
    const dir = this.paths.get(path.slice(0, path.lastIndexOf('/')));
    if (dir !== undefined) dir.mtimeNs = null;
  }
}
