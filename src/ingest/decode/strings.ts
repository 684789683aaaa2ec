import { RECORD_FLAGS } from '../../events/abi.js';
import { NO_PATH, type UserPath } from '../operation.js';
import { cString, type RawRecord } from '../../journal/raw-record.js';

/** The strings of a call record. */
export interface Strings {
  first: UserPath;
  second: UserPath;
  /** The mount namespace of the last one's start; 0: dk's own. */
  namespace: number;
  /** What stands behind them. */
  extra: Buffer;
}

export function stringsOf(record: RawRecord): Strings {
  const { payload } = record;
  const base1End = record.u16('base1_len');
  const path1End = base1End + record.u16('path1_len');
  const base2End = path1End + record.u16('base2_len');
  const path2End = base2End + record.u16('path2_len');
  const base1 = record.walked(0, base1End);
  const base2 = record.walked(path1End, base2End);
  return {
    first: path1End === 0 ? NO_PATH : { base: base1.path, path: cString(payload.subarray(base1End, path1End)) },
    second: path2End === path1End ? NO_PATH : { base: base2.path, path: cString(payload.subarray(base2End, path2End)) },
    namespace: (base2End > path1End ? base2 : base1).namespace,
    extra: payload.subarray(path2End, path2End + record.u32('extra_len')),
  };
}

/**
 * What the strings of renames under way start from. A rename can move the directory that its own strings start from; the
 * record of the call, made after it, then has its new path, and the one from before it the path that the tree still has.
 */
export class RenameStarts {
  private readonly byThread = new Map<number, { enterNs: number; strings: Strings; isCut: boolean }>();

  /** True when the record is one from before a rename. */
  take(record: RawRecord): boolean {
    if (!record.has(RECORD_FLAGS.before)) return false;
    this.byThread.set(record.tid, {
      enterNs: record.enterNs,
      strings: stringsOf(record),
      isCut: record.has(RECORD_FLAGS.cut),
    });
    return true;
  }

  /** Absolute ones start at the root, which does not move. undefined: where they started did not fit into the record. */
  of(record: RawRecord, strings: Strings): Strings | undefined {
    const known = this.byThread.get(record.tid);
    if (known === undefined || known.enterNs !== record.enterNs) return strings;
    this.byThread.delete(record.tid);
    if (known.isCut) return undefined;
    const { first, second } = known.strings;
    return { ...strings, first: from(first.base, strings.first), second: from(second.base, strings.second) };
  }
}

function from(base: string, { base: after, path }: UserPath): UserPath {
  return { base: path.startsWith('/') ? after : base, path };
}
