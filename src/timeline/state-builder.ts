import { DkError } from '../errors.js';
import type { NodeName } from './base-node.js';
import type { BaseTree, ExternalNode } from './base-tree.js';
import { wholeExtents } from './extents.js';
import { IntMap, MAX_KEY, Owner } from './int-map.js';
import { LinkNames } from './link-names.js';
import { withName } from './name-tree.js';
import { Namespace } from './namespace.js';
import { Rec, recOfBase } from './rec.js';
import { TreeState } from './state.js';
import { UNKNOWN } from './types.js';

/** Directories whose path is remembered; a path is walked again when it was dropped. */
const MOST_REMEMBERED_DIRS = 4096;

/**
 * A state under construction. The appliers (appliers.ts) change it in place; `freeze` makes it an immutable state that
 * shares everything with the ones before. What an event says about nodes that do not exist is left out and reported.
 */
export class StateBuilder extends Namespace {
  seq: number;
  doubtFrom: number;
  touchedCount: number;
  private recs: IntMap<Rec>;
  private owner = new Owner();
  private readonly dirs = new Map<string, number>();

  constructor(
    state: TreeState,
    /**
     * Told about events that do not fit the model; a recording without gaps has none. Without it they are left out, and
     * those that no kernel lets happen are damage.
     */
    private readonly onProblem?: (problem: string) => void,
  ) {
    super(state.base);
    this.seq = state.seq;
    this.doubtFrom = state.doubtFrom;
    this.touchedCount = state.touchedCount;
    this.recs = state.recs;
  }

  static empty(base: BaseTree, onProblem?: (problem: string) => void): StateBuilder {
    return new StateBuilder(emptyState(base), onProblem);
  }

  rec(file: number): Rec | undefined {
    return this.recs.get(file);
  }

  /** Everything so far as a state; the builder goes on from there. */
  freeze(): TreeState {
    this.owner = new Owner();
    return new TreeState(this.base, this.seq, this.recs, this.doubtFrom, this.touchedCount);
  }

  problem(what: string): undefined {
    this.onProblem?.(what);
    return undefined;
  }

  /** The same for what would make walking the tree endless. */
  impossible(what: string): void {
    if (this.onProblem === undefined) {
      throw new DkError(
        'damaged',
        `Event ${this.seq} is damaged: ${what}.`,
        'Get the recording again from where it came from, or record once more.',
      );
    }
    this.onProblem(what);
  }

  /** A base node that ingest has found outside the roots. */
  addExternal(node: ExternalNode): void {
    const { file, parent } = node;
    if (this.typeOf(file) === 'dir' && this.isWithin(parent, file)) {
      this.problem(`directory ${file} cannot stand below itself`);
      return;
    }
    this.base.add(node);
  }

  /** The node's row, changeable until the next freeze; undefined for a file that the model does not know. */
  edit(file: number): Rec | undefined {
    const known = this.recs.get(file);
    if (known !== undefined) {
      if (known.owner === this.owner) return known;
      return this.put(known.copy(this.owner));
    }
    const base = file > 0 && file <= MAX_KEY ? this.base.node(file) : undefined;
    return base === undefined ? undefined : this.put(recOfBase(base, this.owner));
  }

  /** `edit` of the file that an event names. */
  touch(file: number): Rec | undefined {
    const rec = this.edit(file);
    if (rec === undefined) return this.problem(`event for the unknown file ${file}`);
    if (!rec.touched) {
      rec.touched = true;
      this.touchedCount += 1;
    }
    return rec;
  }

  /** `touch` for a change of content: the old time no longer holds, and doubt about the bytes becomes explicit. */
  touchContent(file: number): Rec | undefined {
    const rec = this.touch(file);
    if (rec === undefined) return undefined;
    if (rec.certainAt < this.doubtFrom) {
      rec.extents = wholeExtents(rec.sizeBytes, UNKNOWN);
      rec.certainAt = this.seq;
    }
    rec.mtimeNs = null;
    return rec;
  }

  /** A node born now, without a name yet. */
  create(file: number, mode: number, uid: number, gid: number): Rec | undefined {
    if (!Number.isSafeInteger(file) || file <= 0 || file > MAX_KEY) return this.problem(`impossible file id ${file}`);
    if (this.recs.get(file) !== undefined || this.base.node(file) !== undefined) {
      return this.problem(`file ${file} is created twice`);
    }
    this.touchedCount += 1;
    return this.put(
      new Rec(
        this.owner,
        file,
        mode,
        uid,
        gid,
        0,
        0,
        null,
        null,
        null,
        null,
        false,
        true,
        this.seq,
        LinkNames.none,
        null,
        null,
      ),
    );
  }

  /** Directory and name of a path; undefined when the directory does not exist. */
  place(path: string): NodeName | undefined {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    if (slash < 0 || name === '' || name === '.' || name === '..') return undefined;
    const dirPath = path.slice(0, slash);
    let parent = this.dirs.get(dirPath);
    if (parent === undefined) {
      const at = this.resolve(dirPath, { follow: true });
      if (!at.found || this.typeOf(at.file) !== 'dir') return this.problem(`no directory for ${path}`);
      parent = at.file;
      if (this.dirs.size >= MOST_REMEMBERED_DIRS) this.dirs.clear();
      this.dirs.set(dirPath, parent);
    }
    return { parent, name };
  }

  /** Gives the file the name; what stood there loses it. A directory has one name at most. */
  link({ parent, name }: NodeName, file: number): void {
    const before = this.child(parent, name);
    if (before === file) return;
    const isDir = this.typeOf(file) === 'dir';
    if (isDir && this.isWithin(parent, file)) {
      this.impossible(`directory ${file} cannot stand below itself`);
      return;
    }
    if (before !== 0) this.unlink({ parent, name });
    if (isDir) for (const old of this.names(file)) this.unlink(old);
    const dir = this.edit(parent);
    const rec = this.edit(file);
    if (dir === undefined || rec === undefined) return;
    dir.entries = withName(dir.entries, name, file, this.owner);
    dir.mtimeNs = null;
    if (this.base.child(parent, name) !== file) rec.names = rec.names.with(parent, name);
    rec.nlink = isDir ? 1 : rec.nlink + 1;
  }

  /** Takes the name away; the file that had it, 0 for none. */
  unlink({ parent, name }: NodeName): number {
    const file = this.child(parent, name);
    const dir = this.edit(parent);
    const rec = this.edit(file);
    if (file === 0 || dir === undefined || rec === undefined) return 0;
    dir.entries = withName(dir.entries, name, 0, this.owner);
    dir.mtimeNs = null;
    rec.names = rec.names.without(parent, name);
    rec.nlink = rec.type === 'dir' ? 0 : Math.max(0, rec.nlink - 1);
    if (rec.type === 'dir' || rec.type === 'symlink') this.dirs.clear();
    return file;
  }

  private put(rec: Rec): Rec {
    this.recs = this.recs.set(rec.file, rec, this.owner);
    return rec;
  }
}

export function emptyState(base: BaseTree): TreeState {
  return new TreeState(base, 0, IntMap.empty, 0, 0);
}
