import ignore from 'ignore';
import { type Identity, identityKey } from '../../linux/inode-identity.js';
import type { Operation, UserPath } from '../operation.js';
import { absolute } from './mount-views.js';

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
 * What `--exclude` leaves out. The operations are dropped before the model sees them, so that it has none of the excluded
 * names; what is known about paths here is what the program said.
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

  /** `crosses`: excluded, but something moved between what is recorded and what is not. */
  judge(op: Operation): 'kept' | 'excluded' | 'crosses' {
    if (this.globs.length === 0) return 'kept';
    switch (op.does) {
      case 'print':
        return 'kept';
      case 'sight':
      case 'create':
      case 'open-truncate':
        return kept(op.path === null ? this.isKnown(op.inode) : this.meets(op.inode, op.path));
      case 'make-symlink':
        return kept(this.holds(op.second));
      case 'link':
        return this.holds(op.second) ? 'excluded' : this.holds(op.first) ? 'crosses' : 'kept';
      case 'rename':
      case 'exchange': {
        const [first, second] = [this.holds(op.first), this.holds(op.second)];
        return first !== second ? 'crosses' : kept(first);
      }
      default:
        return kept(op.first.path === '' ? op.inode !== undefined && this.isKnown(op.inode) : this.holds(op.first));
    }
  }

  private holds(at: UserPath): boolean {
    return at.path !== '' && this.matches(absolute(at));
  }

  private isKnown(inode: Identity): boolean {
    return this.inodes.has(identityKey(inode));
  }

  private meets(inode: Identity, path: string): boolean {
    const excluded = this.matches(path);
    if (excluded) this.inodes.add(identityKey(inode));
    else this.inodes.delete(identityKey(inode));
    return excluded;
  }
}

function kept(isExcluded: boolean): 'kept' | 'excluded' {
  return isExcluded ? 'excluded' : 'kept';
}
