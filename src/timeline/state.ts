import type { BaseTree } from './base-tree.js';
import { items } from './balanced.js';
import type { IntMap } from './int-map.js';
import { compareNames, type NameEntry } from './name-tree.js';
import { Namespace } from './namespace.js';
import { NodeView, type Rec, recOfBase } from './rec.js';
import type { State } from './types.js';

/** A state: the base, and over it the rows of everything that was touched. */
export class TreeState extends Namespace implements State {
  constructor(
    base: BaseTree,
    readonly seq: number,
    readonly recs: IntMap<Rec>,
    /** Sequence number of the last gap that affects everything and is not made good; 0 for none. */
    readonly doubtFrom: number,
    /** Regular files, directories and so on that some event touched. */
    readonly touchedCount: number,
  ) {
    super(base);
  }

  get uncertain(): boolean {
    return this.doubtFrom > 0;
  }

  rec(file: number): Rec | undefined {
    return this.recs.get(file);
  }

  node(file: number): NodeView | undefined {
    const recorded = this.recs.get(file);
    if (recorded !== undefined) return new NodeView(recorded, recorded.certainAt < this.doubtFrom);
    const base = this.base.node(file);
    return base === undefined ? undefined : new NodeView(recOfBase(base, null), this.uncertain);
  }

  lookup(path: string, options?: { follow?: boolean }): NodeView | undefined {
    const at = this.resolve(path, options);
    return at.found ? this.node(at.file) : undefined;
  }

  *children(dir: number): Generator<{ name: string; file: number }> {
    const rec = this.recs.get(dir);
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

  *touchedFiles(): Generator<number> {
    for (const [file, rec] of this.recs.entries()) if (rec.touched) yield file;
  }
}
