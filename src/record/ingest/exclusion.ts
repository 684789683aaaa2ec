import ignore from 'ignore';
import { RECORD_FLAGS } from '../../events/abi.js';
import { callOf } from '../../syscalls/lookup.js';
import { namesOf } from './call-names.js';
import type { Context } from './context.js';
import { absolute } from './mount-views.js';
import { identityKey, type RawRecord } from './raw-record.js';

/** Globs as in .gitignore, relative to the working directory; absolute ones count from the root. */
export function matcher(globs: readonly string[], cwd: string): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const inside = ignore().add([...globs]);
  return (path) => {
    const relative = path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path.slice(1);
    return relative !== '' && inside.ignores(relative);
  };
}

/**
 * What `--exclude` leaves out. The records are dropped before the model sees them, so that it has none of the excluded
 * names; what is known about paths here is what the strings say.
 */
export class Exclusion {
  /** Inodes that were met under an excluded path. */
  private readonly inodes = new Set<string>();
  readonly matches: (path: string) => boolean;

  constructor(
    private readonly globs: readonly string[],
    cwd: string,
  ) {
    this.matches = matcher(globs, cwd);
  }

  /** True when the record is about something excluded, and with it is dealt with. */
  drops(context: Context, record: RawRecord): boolean {
    if (this.globs.length === 0) return false;
    switch (record.name) {
      case 'path':
        return this.meets(record, record.walked(0, record.u32('path_len')).path);
      case 'write':
        return !record.has(RECORD_FLAGS.output) && this.inodes.has(keyOf(record));
      case 'copy':
        return this.inodes.has(keyOf(record));
      case 'call':
        return this.dropsCall(context, record);
      default:
        return false;
    }
  }

  private dropsCall(context: Context, record: RawRecord): boolean {
    if (record.has(RECORD_FLAGS.before)) return false;
    const decoder = callOf(record.u32('nr'))?.decoder;
    const { base1, path1, base2, path2 } = namesOf(record);
    if (decoder === 'open') return this.meets(record, base1);
    if (record.u64('ino') !== 0 && path1 === '') return this.inodes.has(keyOf(record));
    const first = path1 !== '' && this.matches(absolute(base1, path1));
    const second = path2 !== '' && this.matches(absolute(base2, path2));
    // Of a symbolic link the first string is the target, kept as it is.
    if (decoder === 'symlink') return second;
    if (decoder !== 'link' && decoder !== 'rename') return first;
    if (decoder === 'link') {
      if (!second && first) this.crosses(context, record);
      return second || first;
    }
    if (first !== second) this.crosses(context, record);
    return first || second;
  }

  /** Something moved between what is recorded and what is not: what there is now is read back at the end. */
  private crosses(context: Context, record: RawRecord): void {
    context.doubt(record, 'a name moved in or out of an excluded path', { file: 0, path: '' });
  }

  private meets(record: RawRecord, path: string): boolean {
    const excluded = this.matches(path);
    if (excluded) this.inodes.add(keyOf(record));
    else this.inodes.delete(keyOf(record));
    return excluded;
  }
}

function keyOf(record: RawRecord): string {
  return identityKey(record.identity());
}
