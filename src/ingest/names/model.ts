import { FIRST_BASE_FILE, ROOT_DIR_FILE } from '../../events/event.js';
import type { NodeName } from '../../timeline/base-node.js';
import type { ExternalNode } from '../../timeline/base-tree.js';
import { MANY_NAMES, type Resolution } from '../../timeline/namespace.js';
import type { StateBuilder } from '../../timeline/state-builder.js';
import type { RecordingWriter } from '../writer.js';
import { ACL_DEFAULT } from '../../linux/attributes.js';
import type { LiveBase } from '../live/live-base.js';
import { isMounted } from '../../linux/mount-table.js';
import { type FoundNode, hadSeveralNames, type Preimages } from '../bytes/preimages.js';
import { type Identity, identityKey, identityOf, isSameInode } from '../../linux/inode-identity.js';
import { childPath } from '../../timeline/child-path.js';

/** A name in a directory that exists; file 0: nothing stands there. */
export interface Place extends NodeName {
  file: number;
  path: string;
}

/**
 * The recording's own picture of the tree, laid over the live one: names, and which inode is which file. Paths that a
 * program passed are resolved here; nodes outside the roots are discovered on first sight.
 */
export class Model {
  private readonly files = new Map<string, number>();
  private readonly externals = new Map<string, number>();
  /** Identity to file of the manifest; made when first needed. */
  private manifest: Map<string, number> | undefined;
  private readonly paths = new Map<number, string>();
  /** Of files that lost their last name while someone may still have them open. */
  private readonly lastPaths = new Map<number, string>();
  private readonly defaultLists = new Map<number, Uint8Array | null>();
  private lastKey: Identity = { inoLow: -1, inoHigh: 0, dev: 0, gen: 0 };
  private lastFile: number | undefined;

  constructor(
    private readonly writer: RecordingWriter,
    private readonly preimages: Preimages,
    /** Nodes born later are not part of the base. */
    private readonly startRealNs: () => bigint,
    readonly live: LiveBase,
  ) {}

  get state(): StateBuilder {
    return this.writer.model;
  }

  newFile(): number {
    return this.writer.newFile();
  }

  /** The file that an inode is, undefined when it was not met yet. */
  fileOf(id: Identity): number | undefined {
    const last = this.lastKey;
    if (isSameInode(id, last)) return this.lastFile;
    this.lastKey = id;
    this.lastFile = this.files.get(identityKey(id));
    return this.lastFile;
  }

  /** The base file with this identity, as the kernel names it; for one that was found by a handle and has no path. */
  baseFileOf(id: Identity): number | undefined {
    const file = this.baseFile(identityOf(id));
    return file !== undefined && this.state.nameOf(file) !== undefined ? file : undefined;
  }

  bind(id: Identity, file: number): void {
    this.files.set(identityKey(id), file);
    this.lastKey = id;
    this.lastFile = file;
  }

  /** Where `path`, as a program in directory `from` meant it, ends: a name that exists or could. */
  place(from: string, path: string): Place | undefined {
    const trimmed = path.replace(/\/+$/, '');
    const slash = trimmed.lastIndexOf('/');
    const name = trimmed.slice(slash + 1);
    if (name === '' || name === '.' || name === '..') return this.follow(from, path);
    const dir = this.walk(from, slash < 0 ? '.' : `${path.startsWith('/') ? '/' : ''}${trimmed.slice(0, slash)}`, true);
    if (!dir.found || this.state.typeOf(dir.file) !== 'dir') return undefined;
    return this.entry(dir.file, name);
  }

  /** As `place`, for something that must exist: looks at the live tree when the model has never seen it. */
  existing(from: string, path: string, options: { follow: boolean }): Place | undefined {
    return options.follow ? this.follow(from, path) : this.look(this.place(from, path));
  }

  /**
   * As `place`, where only the guard may tell what stood there: the live tree shows what was moved there since.
   * `untilNs`: the end of the call, CLOCK_MONOTONIC; what the guard met there later came later.
   */
  noted(from: string, path: string, untilNs: bigint): Place | undefined {
    return this.look(this.place(from, path), untilNs);
  }

  /** The entry itself, whether something stands there or not. */
  entry(parent: number, name: string): Place {
    const dir = this.pathOf(parent);
    return { parent, name, file: this.state.child(parent, name), path: childPath(dir, name) };
  }

  /** The file's path; the last one for a file without a name; '' when none was ever known. */
  pathOf(file: number): string {
    const known = this.paths.get(file);
    if (known !== undefined) return known;
    const path = this.state.pathOf(file);
    if (path === undefined) return this.lastPaths.get(file) ?? '';
    this.paths.set(file, path);
    return path;
  }

  /** True when the file is a directory, and `parent` is that or lies below it. */
  isBelowItself(file: number, parent: number): boolean {
    return this.state.typeOf(file) === 'dir' && this.state.isWithin(parent, file);
  }

  /** Call after the file's names changed. A directory's names are part of every path below it. `lost`: a name it had. */
  namesChanged(file: number, lost?: string): void {
    const names = this.state.mostNames(file);
    const isGone = this.state.nameOf(file) === undefined;
    if (this.state.typeOf(file) === 'dir') this.paths.clear();
    else if (names <= MANY_NAMES || this.paths.get(file) === lost) this.paths.delete(file);
    if (lost !== undefined && isGone) this.lastPaths.set(file, lost);
  }

  /** Bytes of a file. */
  sizeOf(file: number): number {
    return this.state.rec(file)?.sizeBytes ?? this.state.base.node(file)?.sizeBytes ?? 0;
  }

  /**
   * A directory from outside the roots moves: what is in it, as the guard listed it before, moves along. Names that events
   * have put there are known already, and what was born since the start is no part of the base.
   */
  addTree(dir: number): void {
    const identity = this.state.base.node(dir)?.identity;
    const [, ...entries] = identity === undefined ? [] : this.preimages.treeBelow(identity);
    const files = [dir];
    for (const { parent, name, node, bornNs } of entries) {
      const inside = files[parent] ?? 0;
      const isNew = inside !== 0 && bornNs < this.startRealNs() && !this.state.isGone(inside, name);
      files.push(inside === 0 ? 0 : this.state.child(inside, name) || (isNew ? this.addBase(inside, name, node) : 0));
    }
  }

  /** A base file that is open but has no name that we know. */
  addNameless(node: FoundNode): number {
    const file = this.newFile();
    this.writer.addExternal({ ...node, file, parent: 0, name: '' });
    return file;
  }

  /**
   * The default access control list of a directory. One from before the recording that no call changed is still what the
   * live directory has; null also for a directory that is gone.
   */
  defaultList(dir: number): Uint8Array | null {
    const { state } = this;
    const recorded = state.rec(dir)?.xattrs?.get(ACL_DEFAULT);
    if (recorded !== undefined) return recorded;
    if (state.base.node(dir) === undefined) return null;
    let live = this.defaultLists.get(dir);
    if (live === undefined) {
      live = this.live.defaultList(this.pathOf(dir));
      this.defaultLists.set(dir, live);
    }
    return live;
  }

  private look(place: Place | undefined, untilNs?: bigint): Place | undefined {
    if (place === undefined || place.file !== 0 || this.state.isGone(place.parent, place.name)) return place;
    return this.discover(place.parent, place.name, untilNs) ? this.entry(place.parent, place.name) : place;
  }

  private follow(from: string, path: string): Place | undefined {
    const at = this.walk(from, path, true);
    if (!at.found) return undefined;
    return at.parent === 0 ? { ...at, path: this.pathOf(at.file) } : this.entry(at.parent, at.name);
  }

  private walk(from: string, path: string, follow: boolean): Resolution {
    const start = this.walkDiscovering(from, ROOT_DIR_FILE, true);
    if (!start.found) return start;
    return this.walkDiscovering(path.replace(/^\/+/, ''), start.file, follow, this.rootOf(from, path, start.file));
  }

  /** The process's root directory: what an absolute path starts at, and in a relative one's start what "//" stands behind. */
  private rootOf(from: string, path: string, start: number): number | undefined {
    if (path.startsWith('/')) return start;
    const mark = `${from}/`.indexOf('//');
    if (mark <= 0) return undefined;
    const at = this.walkDiscovering(from.slice(0, mark), ROOT_DIR_FILE, true);
    return at.found ? at.file : undefined;
  }

  private walkDiscovering(path: string, from: number, follow: boolean, root?: number): Resolution {
    for (;;) {
      const at = this.state.resolve(path, { from, follow, root });
      if (at.found || at.why !== 'missing' || at.gone) return at;
      if (!this.discover(at.dir, at.name) && !this.assumeDir(at.dir, at.name)) return at;
    }
  }

  /** What leads to something in a filesystem that only the command had mounted is a directory there. */
  private assumeDir(parent: number, name: string): boolean {
    if (!isMounted(this.entry(parent, name).path)) return false;
    this.writer.addExternal({ ...UNSEEN_DIR, file: this.newFile(), parent, name });
    return true;
  }

  /** Gives a node that was met through a descriptor its name. */
  addNamed(node: FoundNode, { parent, name }: NodeName): number {
    const file = this.newFile();
    this.writer.addExternal({ ...node, file, parent, name });
    return file;
  }

  /**
   * Looks for a base node that the model has not met: in the guard's notes, else in the live tree, which shows it only where
   * nothing can have replaced it since (no `untilNs`).
   */
  private discover(parent: number, name: string, untilNs?: bigint): boolean {
    const { path } = this.entry(parent, name);
    if (isMounted(path)) return false;
    const live = () => (untilNs === undefined ? this.live.node(path, this.startRealNs()) : undefined);
    const node = this.preimages.nodeAt(path, untilNs) ?? live();
    if (node === undefined) return false;
    this.addBase(parent, name, node);
    return true;
  }

  private addBase(parent: number, name: string, node: FoundNode): number {
    const known = hadSeveralNames(node) ? this.baseFile(node.identity) : undefined;
    if (known !== undefined) {
      this.state.base.addName(known, parent, name);
      return known;
    }
    const file = this.newFile();
    const external: ExternalNode = { ...node, file, parent, name };
    this.writer.addExternal(external);
    if (node.identity !== '') this.externals.set(node.identity, file);
    return file;
  }

  /** The base file with this identity ("major:minor:inode"). `path`, where it stood, makes the search short. */
  baseFile(identity: string, path?: string): number | undefined {
    const external = this.externals.get(identity);
    if (external !== undefined) return external;
    const { base } = this.state;
    if (path !== undefined) {
      let file = ROOT_DIR_FILE;
      for (const name of path.split('/').slice(1)) file = base.child(file, name);
      if (base.node(file)?.identity === identity) return file;
    }
    if (this.manifest === undefined) {
      this.manifest = new Map();
      for (let file = FIRST_BASE_FILE; file < base.firstFreeFile; file++) {
        const node = base.node(file); // none for the second name of an inode
        if (node !== undefined && !this.manifest.has(node.identity)) this.manifest.set(node.identity, file);
      }
    }
    return this.manifest.get(identity);
  }
}

const UNSEEN_DIR: FoundNode = {
  mode: 0o040755,
  nlink: 1,
  uid: 0,
  gid: 0,
  rdev: 0,
  identity: '0:0:0',
  sizeBytes: 0,
  mtimeNs: 0n,
  ctimeNs: 0n,
  target: null,
  xattrs: null,
  listed: false,
};
