import { ROOT_DIR_FILE } from '../events/event.js';
import { MOST } from '../events/limits.js';
import { type NodeName, typeOfMode } from './base-node.js';
import type { BaseTree } from './base-tree.js';
import { items } from './balanced.js';
import { compareNames, type NameEntry, nameIn } from './name-tree.js';
import type { Rec } from './rec.js';
import type { NodeType } from './types.js';
import { childPath } from './child-path.js';

/** As the kernel's MAXSYMLINKS. */
const MAX_SYMLINKS = 40;

/** Hard links of one file above which finding the first in order costs too much to do at every event. */
export const MANY_NAMES = 32;

export type Resolution =
  | { found: true; file: number; parent: number; name: string }
  /**
   * `name` is missing in `dir`, `rest` are the components after it. `gone`: the model knows that it is not there;
   * otherwise the live directory may have it.
   */
  | { found: false; why: 'missing'; dir: number; name: string; rest: string[]; gone: boolean }
  | { found: false; why: 'not-dir' | 'loop' };

/** The names over the base: what an immutable state and the builder that makes states have in common. */
export abstract class Namespace {
  constructor(readonly base: BaseTree) {}

  /** The overlay's row of a node; undefined when nothing is recorded about it. */
  abstract rec(file: number): Rec | undefined;

  typeOf(file: number): NodeType | undefined {
    const mode = (this.rec(file) ?? this.base.node(file))?.mode;
    return mode === undefined ? undefined : typeOfMode(mode);
  }

  targetOf(file: number): string | null {
    return (this.rec(file) ?? this.base.node(file))?.target ?? null;
  }

  /** 0 when the directory has no such entry. */
  child(dir: number, name: string): number {
    const rec = this.rec(dir);
    const recorded = rec === undefined ? undefined : nameIn(rec.entries, name);
    return recorded ?? (rec === undefined || rec.base ? this.base.child(dir, name) : 0);
  }

  /** Entries of a directory, sorted by the names' bytes. */
  *children(dir: number): Generator<{ name: string; file: number }> {
    const rec = this.rec(dir);
    const base = rec === undefined || rec.base ? this.base.children(dir) : [];
    const recorded: Iterator<NameEntry> = items(rec?.entries ?? null);
    let next = recorded.next();
    for (const entry of base) {
      let hidden = false;
      while (!next.done && compareNames(next.value.name, entry.name) <= 0) {
        hidden = next.value.name === entry.name;
        if (next.value.file !== 0) yield { name: next.value.name, file: next.value.file };
        next = recorded.next();
      }
      if (!hidden) yield entry;
    }
    for (; !next.done; next = recorded.next()) {
      if (next.value.file !== 0) yield { name: next.value.name, file: next.value.file };
    }
  }

  /** All names that lead to the file now: the base's that still do, then those it got. */
  names(file: number): Iterable<NodeName> {
    const rec = this.rec(file);
    if (rec === undefined) return this.base.names(file);
    return rec.base ? this.namesOfBase(file, rec) : rec.names;
  }

  private *namesOfBase(file: number, rec: Rec): Generator<NodeName> {
    for (const one of this.base.names(file)) if (this.child(one.parent, one.name) === file) yield one;
    yield* rec.names;
  }

  /** One of its names: of a directory, the only one. */
  nameOf(file: number): NodeName | undefined {
    const rec = this.rec(file);
    if (rec !== undefined && !rec.base) return rec.names.one;
    for (const one of this.base.names(file)) {
      if (rec === undefined || this.child(one.parent, one.name) === file) return one;
    }
    return rec?.names.one;
  }

  /** At most how many names it has. */
  mostNames(file: number): number {
    const rec = this.rec(file);
    const inBase = rec === undefined || rec.base ? this.base.nameCount(file) : 0;
    return inBase + (rec?.names.size ?? 0);
  }

  /** True when the model knows that `name` is not in `dir`, rather than never having looked. */
  isGone(dir: number, name: string): boolean {
    const rec = this.rec(dir);
    if (rec !== undefined && (!rec.base || nameIn(rec.entries, name) === 0)) return true;
    return this.base.node(dir)?.listed === true;
  }

  /**
   * Walks `path` from `from`. The last component is followed only with `follow`, the ones before it always. `root`: what
   * "/" is, and what ".." does not leave.
   */
  resolve(path: string, options: { from?: number; follow?: boolean; root?: number } = {}): Resolution {
    const { root = ROOT_DIR_FILE, from = root } = options;
    let file = path.startsWith('/') ? root : from;
    // What `file` was reached by; 0 where it was reached without a name.
    let parent = 0;
    let lastName = '';
    /** Components that are left, the next one at the end. */
    const left = components(path).reverse();
    let links = 0;
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (this.typeOf(file) !== 'dir') return { found: false, why: 'not-dir' };
      if (name === '.') continue;
      if (name === '..') {
        if (file !== root) file = this.nameOf(file)?.parent ?? ROOT_DIR_FILE;
        parent = 0;
        continue;
      }
      const child = this.child(file, name);
      if (child === 0) {
        return { found: false, why: 'missing', dir: file, name, rest: left.reverse(), gone: this.isGone(file, name) };
      }
      const target = left.length > 0 || options.follow ? this.linkTarget(child) : null;
      if (target === null) {
        [parent, lastName, file] = [file, name, child];
        continue;
      }
      links += 1;
      if (links > MAX_SYMLINKS) return { found: false, why: 'loop' };
      if (target.startsWith('/')) file = root;
      parent = 0;
      for (const component of components(target).reverse()) left.push(component);
    }
    // Only where the walk ended without a name of its own does it need looking up.
    return { found: true, file, ...((parent === 0 ? this.nameOf(file) : { parent, name: lastName }) ?? NO_NAME) };
  }

  /** A path that leads to the file; the first in order when it has several (of more than MANY_NAMES, whichever). */
  pathOf(file: number): string | undefined {
    if (this.mostNames(file) <= MANY_NAMES) return this.pathsOf(file)[0];
    const name = this.nameOf(file);
    return name === undefined ? undefined : this.pathsBy([name])[0];
  }

  /** All its paths, in order. */
  pathsOf(file: number): string[] {
    if (file === ROOT_DIR_FILE) return ['/'];
    const paths = this.pathsBy(this.names(file));
    return paths.length > 1 ? paths.sort(compareNames) : paths;
  }

  private pathsBy(names: Iterable<NodeName>): string[] {
    const paths: string[] = [];
    for (const { parent, name } of names) {
      const dir = this.dirPath(parent);
      if (dir !== undefined) paths.push(childPath(dir, name));
    }
    return paths;
  }

  /** True when `dir` is `ancestor` or stands below it. */
  isWithin(dir: number, ancestor: number): boolean {
    let at = dir;
    for (let depth = 0; depth < MOST.pathDepth; depth++) {
      if (at === ancestor) return true;
      const above = this.nameOf(at);
      if (above === undefined) return false;
      at = above.parent;
    }
    return true;
  }

  private dirPath(dir: number): string | undefined {
    const parts: string[] = [];
    let at = dir;
    while (at !== ROOT_DIR_FILE) {
      const name = this.nameOf(at);
      if (name === undefined || parts.length > MOST.pathDepth) return undefined;
      parts.push(name.name);
      at = name.parent;
    }
    return `/${parts.reverse().join('/')}`;
  }

  private linkTarget(file: number): string | null {
    return this.typeOf(file) === 'symlink' ? this.targetOf(file) : null;
  }
}

const NO_NAME: NodeName = { parent: 0, name: '' };

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
