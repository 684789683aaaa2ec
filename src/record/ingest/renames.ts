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

  /** For the record of the call that has succeeded; undefined where both strings were absolute. */
  before(record: RawRecord): CallNames | undefined {
    const known = this.byThread.get(record.tid);
    return known?.enterNs === record.enterNs ? known.names : undefined;
  }
}
