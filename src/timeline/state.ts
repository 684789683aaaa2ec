import type { BaseTree } from './base-tree.js';
import type { IntMap } from './int-map.js';
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

  *touchedFiles(): Generator<number> {
    for (const [file, rec] of this.recs.entries()) if (rec.touched) yield file;
  }
}
