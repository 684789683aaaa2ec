import type { CallNames } from './call-names.js';
import type { RawRecord } from './raw-record.js';

/**
 * What the strings of renames under way start from. A rename can move the directory that its own strings start from; the
 * record of the call, made after it, then has its new path, and the one from before it the path that the model knows.
 */
export class Renames {
  private readonly byThread = new Map<number, { enterNs: number; names: CallNames }>();

  add(record: RawRecord, names: CallNames): void {
    this.byThread.set(record.tid, { enterNs: record.enterNs, names });
  }

  /** The names of the call that has succeeded, from where they started. Absolute ones start at the root, which does not move. */
  before(record: RawRecord, after: CallNames): CallNames {
    const known = this.byThread.get(record.tid);
    if (known?.enterNs !== record.enterNs) return after;
    const { base1, base2 } = known.names;
    return {
      ...after,
      base1: after.path1.startsWith('/') ? after.base1 : base1,
      base2: after.path2.startsWith('/') ? after.base2 : base2,
    };
  }
}
