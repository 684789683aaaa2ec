import type { BaseManifest } from '../../timeline/base-manifest.js';
import { type BaseNode, typeOfMode } from '../../timeline/base-node.js';
import { isOnOverlay } from '../../timeline/overlay.js';
import type { StateBuilder } from '../../timeline/state-builder.js';
import { childPath } from '../../timeline/child-path.js';

/** Something that no event explains. What an event touched is not looked at: the proof compares that, bytes included. */
export interface Unrecorded {
  path: string;
  /** `replaced`: another file stands at the name. `timed`: nothing but the times of a file tells of a change of its bytes. */
  what: 'new' | 'gone' | 'changed' | 'timed' | 'replaced';
  /** The file that stands there in the state; 0 for none. */
  file: number;
  /** Of what is new: the file of which it is a further name; 0 when it is none that the state knows. */
  linkOf: number;
}

/** A directory that stands on both sides. */
interface Pair {
  dir: number;
  path: string;
  /** Its entry in the second manifest. */
  end: number;
}

/**
 * Compares the roots as they were before with the roots as they are: entries of which both manifests say the same, which are
 * nearly all, by their bytes, the others with the state. Linear in the entries.
 */
export class RootCompare {
  private readonly found: Unrecorded[] = [];
  private readonly seen = new Set<number>();
  private readonly todo: Pair[] = [];

  constructor(
    private readonly state: StateBuilder,
    private readonly base: BaseManifest,
    private readonly end: BaseManifest,
    private readonly isIgnored: (path: string) => boolean,
  ) {}

  /** What is gone comes first. */
  differences(): Unrecorded[] {
    for (const { path } of this.end.roots()) this.look(path, this.fileAt(path), this.end.rootRecord(path));
    for (const { path } of this.base.roots()) {
      const file = this.fileAt(path);
      if (this.end.rootRecord(path) < 0 && file !== 0) this.missing(path, file);
    }
    for (let pair = this.todo.pop(); pair !== undefined; pair = this.todo.pop()) this.compare(pair);
    const isGone = ({ what }: Unrecorded) => what === 'gone';
    return [...this.found.filter(isGone), ...this.found.filter((one) => !isGone(one))];
  }

  private fileAt(path: string): number {
    const at = this.state.resolve(path);
    return at.found ? at.file : 0;
  }

  private compare(pair: Pair): void {
    const record = this.base.recordOf(pair.dir);
    if (record < 0) this.compareWithState(pair);
    else this.merge(pair, this.base.childrenOf(record), this.end.childrenOf(pair.end));
  }

  /** Of a directory from the base. */
  private merge({ dir, path }: Pair, before: Uint32Array, after: Uint32Array): void {
    const renamed = (this.state.rec(dir)?.entries ?? null) !== null;
    let b = 0;
    let e = 0;
    while (b < before.length || e < after.length) {
      const was = before[b] ?? -1;
      const is = after[e] ?? -1;
      const order = was < 0 ? 1 : is < 0 ? -1 : this.base.compareNames(was, this.end, is);
      if (order <= 0) b += 1;
      if (order >= 0) e += 1;
      const record = order < 0 ? was : is;
      const isSame = order === 0 && this.base.isSame(was, this.end, is);
      if (isSame && !this.end.isDir(is)) continue;
      const name = order < 0 ? this.base.nameOf(record) : this.end.nameOf(record);
      const file = order === 0 && !renamed ? this.base.fileOf(was) : this.state.child(dir, name);
      if (order < 0) this.missing(childPath(path, name), file);
      else if (isSame && file === this.base.fileOf(was)) this.enter(childPath(path, name), file, is);
      else if (file !== 0 || this.isListed(dir)) this.look(childPath(path, name), file, is);
    }
  }

  /** Of one that was made during the recording, or came from elsewhere. */
  private compareWithState({ dir, path, end }: Pair): void {
    const names = new Set<string>();
    for (const record of this.end.childrenOf(end)) {
      const name = this.end.nameOf(record);
      names.add(name);
      const file = this.state.child(dir, name);
      if (file !== 0 || this.isListed(dir)) this.look(childPath(path, name), file, record);
    }
    for (const { name, file } of this.state.children(dir))
      if (!names.has(name)) this.missing(childPath(path, name), file);
  }

  /** False where names may be there that nobody has ever listed. */
  private isListed(dir: number): boolean {
    return this.state.base.node(dir)?.listed ?? true;
  }

  private isTouched(file: number): boolean {
    return this.state.rec(file)?.touched === true;
  }

  private missing(path: string, file: number): void {
    if (file !== 0 && !this.isTouched(file)) this.report({ path, what: 'gone', file, linkOf: 0 });
  }

  /** An entry that is there. */
  private look(path: string, file: number, record: number): void {
    const now = this.end.nodeOf(record, file);
    if (file === 0) {
      this.report({ path, what: 'new', file, linkOf: this.knownAlias(record) });
      return;
    }
    const before = this.state.base.node(file);
    if (this.isTouched(file) || before === undefined) {
      this.enter(path, file, record);
      return;
    }
    const isDir = typeOfMode(before.mode) === 'dir';
    if (isDir && !now.listed && before.listed && deviceOf(before) !== deviceOf(now)) return; // something is mounted there
    const what = difference(before, now, path);
    if (what !== undefined) this.report({ path, what, file, linkOf: 0 });
    if (what !== 'replaced') this.enter(path, file, record);
  }

  private enter(path: string, dir: number, end: number): void {
    if (this.end.isDir(end) && this.end.nodeOf(end, dir).listed && this.state.typeOf(dir) === 'dir')
      this.todo.push({ dir, path, end });
  }

  private knownAlias(record: number): number {
    for (const other of this.end.aliasesOf(record)) {
      const file = this.fileAt(this.end.pathOf(other));
      if (file !== 0 && this.state.typeOf(file) !== 'dir') return file;
    }
    return 0;
  }

  /** Of a file with several names once. */
  private report(one: Unrecorded): void {
    if (this.isIgnored(one.path)) return;
    if (one.what === 'changed' || one.what === 'timed') {
      if (this.seen.has(one.file)) return;
      this.seen.add(one.file);
    }
    this.found.push(one);
  }
}

const TIMES_MOVE: ReadonlySet<string> = new Set(['fifo', 'char', 'block', 'socket']);

/** undefined when nothing changed it. Of a directory only what stands in its own inode. */
function difference(before: BaseNode, now: BaseNode, path: string): 'changed' | 'timed' | 'replaced' | undefined {
  const type = typeOfMode(before.mode);
  const isOther = before.identity !== now.identity;
  if (type !== typeOfMode(now.mode)) return 'replaced';
  const isChanged =
    before.mode !== now.mode ||
    before.uid !== now.uid ||
    before.gid !== now.gid ||
    before.rdev !== now.rdev ||
    before.target !== now.target;
  const ofNames = type !== 'dir' && before.nlink !== now.nlink;
  const ofSize = type === 'file' && before.sizeBytes !== now.sizeBytes;
  const ofBytes = type === 'file' && before.mtimeNs !== now.mtimeNs;
  // What is put into a directory and taken out again moves both of its times.
  const timesCount = !TIMES_MOVE.has(type) && (type !== 'dir' || before.mtimeNs === now.mtimeNs);
  const ofTimes = timesCount && before.ctimeNs !== now.ctimeNs;
  if (!isChanged && !ofSize && !ofBytes && !ofNames && !ofTimes && !isOther) return undefined;
  // The kernel copies up what somebody opens for writing: numbers and times are then those of the copy, and the directory gets a
  // mark. Of one that is the root of an overlay only what is in it stands there.
  const onOverlay = (isOther || ofNames || ofTimes) && isOnOverlay(type === 'dir' ? childPath(path, '.') : path);
  if (isOther && !onOverlay) return 'replaced';
  if (isChanged || ofSize || (ofNames && !onOverlay)) return 'changed';
  if (ofBytes) return 'timed';
  return onOverlay ? undefined : 'changed';
}

function deviceOf({ identity }: BaseNode): string {
  return identity.slice(0, identity.lastIndexOf(':'));
}
