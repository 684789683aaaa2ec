import { DkError } from '../errors.js';
import { FIRST_BASE_FILE, ROOT_DIR_FILE } from '../events/event.js';
import { MOST } from '../events/limits.js';
import type { BaseManifest } from './base-manifest.js';
import type { BaseNode, NodeName } from './base-node.js';
import { S_IFDIR } from '../linux/modes.js';
import { compareNames } from './name-tree.js';

/** A node outside the roots, as it stood before the recording. parent 0: it is known, but no name of it. */
export interface ExternalNode extends BaseNode, NodeName {}

/**
 * state(0) as one tree rooted at "/": the manifest, the directories on the way to its roots, and the nodes outside the
 * roots that something touched. Ingest adds such nodes while it runs; they belong to every state.
 */
export class BaseTree {
  /** File ids from here on belong to nobody in the base. */
  readonly firstFreeFile: number;
  private readonly external = new Map<number, BaseNode>();
  private readonly externalNames = new Map<number, NodeName[]>();
  private readonly externalChildren = new Map<number, Map<string, number>>();
  private readonly sorted = new Map<number, readonly { name: string; file: number }[]>();

  constructor(
    private readonly manifest: BaseManifest,
    externals: Iterable<ExternalNode> = [],
  ) {
    let free = FIRST_BASE_FILE + manifest.count;
    if (!manifest.has(ROOT_DIR_FILE)) this.external.set(ROOT_DIR_FILE, placeholder(ROOT_DIR_FILE));
    for (const root of manifest.roots()) {
      if (root.path === '/') continue;
      const names = root.path.split('/').filter((name) => name !== '');
      let dir = ROOT_DIR_FILE;
      for (const [at, name] of names.entries()) {
        const known = at === names.length - 1 ? 0 : this.child(dir, name);
        const file = at === names.length - 1 ? root.file : known || free++;
        if (known === 0) {
          if (file !== root.file) this.external.set(file, placeholder(file));
          this.addName(file, dir, name);
        }
        dir = file;
      }
    }
    this.firstFreeFile = free;
    for (const node of externals) this.add(node);
    this.requireTree();
  }

  /** DkError 'damaged' when names make a directory stand below itself, or too deep: what walks the tree need not look. */
  private requireTree(): void {
    /** How deep each lies; along the deepest of its names. */
    const depths = new Map<number, number>();
    for (const start of this.externalNames.keys()) {
      const way: { file: number; names: Iterator<NodeName>; depth: number }[] = [];
      const onWay = new Set<number>();
      const enter = (file: number): void => {
        if (onWay.has(file)) throw noTree(file);
        onWay.add(file);
        way.push({ file, names: this.names(file), depth: 0 });
      };
      if (!depths.has(start)) enter(start);
      for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
        const next = at.names.next();
        const above = next.done ? undefined : depths.get(next.value.parent);
        if (above !== undefined) {
          at.depth = Math.max(at.depth, above + 1);
        } else if (!next.done) {
          enter(next.value.parent);
        } else {
          if (at.depth > MOST.pathDepth) throw noTree(at.file);
          depths.set(at.file, at.depth);
          onWay.delete(at.file);
          way.pop();
          const below = way.at(-1);
          if (below !== undefined) below.depth = Math.max(below.depth, at.depth + 1);
        }
      }
    }
  }

  /** Adds a node or a name of one, or replaces what is known of it (a placeholder has no times, owner or mode). */
  add(node: ExternalNode): void {
    const { parent, name, ...facts } = node;
    if (!this.manifest.has(node.file)) this.external.set(node.file, facts);
    if (parent !== 0) this.addName(node.file, parent, name);
  }

  /** A further name of a base node; ignored when the directory has an entry of that name. */
  addName(file: number, parent: number, name: string): void {
    if (this.child(parent, name) !== 0) return;
    const entries = this.externalChildren.get(parent) ?? new Map<string, number>();
    this.externalChildren.set(parent, entries.set(name, file));
    const names = this.externalNames.get(file);
    if (names === undefined) this.externalNames.set(file, [{ parent, name }]);
    else names.push({ parent, name });
    this.sorted.delete(parent);
  }

  node(file: number): BaseNode | undefined {
    return this.external.get(file) ?? this.manifest.node(file);
  }

  /** The file that an entry of the manifest is. */
  fileOfEntry(entry: number): number {
    return this.manifest.fileOf(entry);
  }

  *names(file: number): Generator<NodeName> {
    yield* this.manifest.names(file);
    yield* this.externalNames.get(file) ?? [];
  }

  /** At most how many names it has. */
  nameCount(file: number): number {
    return this.manifest.nameCount(file) + (this.externalNames.get(file)?.length ?? 0);
  }

  /** 0 when the directory has no such entry. */
  child(dir: number, name: string): number {
    return this.externalChildren.get(dir)?.get(name) ?? this.manifest.child(dir, name);
  }

  /** Sorted by the names' bytes. */
  children(dir: number): readonly { name: string; file: number }[] {
    let list = this.sorted.get(dir);
    if (list === undefined) {
      const entries: { name: string; file: number }[] = [];
      for (const [name, file] of this.manifest.children(dir)) entries.push({ name, file });
      for (const [name, file] of this.externalChildren.get(dir) ?? []) entries.push({ name, file });
      list = entries.sort((a, b) => compareNames(a.name, b.name));
      this.sorted.set(dir, list);
    }
    return list;
  }

  /** What index meta 'externals' holds: everything but untouched placeholders, which follow from the manifest. */
  externals(): { node: BaseNode; names: readonly NodeName[] }[] {
    const rows = [];
    for (const [file, node] of this.external) {
      if (node.identity !== '') rows.push({ node, names: this.externalNames.get(file) ?? [] });
    }
    for (const [file, names] of this.externalNames) {
      const inManifest = this.manifest.node(file);
      const outside = inManifest === undefined ? [] : names.filter((name) => !this.isRootName(file, name));
      if (inManifest !== undefined && outside.length > 0) rows.push({ node: inManifest, names: outside });
    }
    return rows;
  }

  private isRootName(file: number, { parent, name }: NodeName): boolean {
    return this.manifest.roots().some((root) => root.file === file && root.path.endsWith(`/${name}`) && parent !== 0);
  }
}

function noTree(file: number): DkError {
  return new DkError(
    'damaged',
    `The index's list of nodes outside the roots is damaged: directory ${file} stands below itself, or too deep.`,
    'Get the recording again from where it came from, or record once more.',
  );
}

function placeholder(file: number): BaseNode {
  return {
    file,
    mode: S_IFDIR | 0o755,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    identity: '',
    sizeBytes: 0,
    mtimeNs: 0n,
    ctimeNs: 0n,
    target: null,
    xattrs: null,
    listed: false,
  };
}
