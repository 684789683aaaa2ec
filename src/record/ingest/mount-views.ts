import { posix } from 'node:path';
import type { CallNames } from './call-names.js';
import { isBelow, MOUNTED } from './mount-table.js';

/** In one namespace, strings that lead below `target` end below `to`. */
interface Jump {
  target: string;
  to: string;
}

const MOST_JUMPS = 16;

/**
 * What the command mounted in mount namespaces of its own. Where a descriptor tells the file, the kernel programs say which
 * it is; the strings of other calls mean what they mean in the namespace of the process.
 */
export class MountViews {
  private readonly byNamespace = new Map<number, Jump[]>();
  private readonly namespaceOf = new Map<number, number>();

  /** `child` begins in the namespace of `parent`. */
  fork(parent: number, child: number): void {
    const namespace = this.namespaceOf.get(parent);
    if (namespace === undefined) this.namespaceOf.delete(child);
    else this.namespaceOf.set(child, namespace);
  }

  /** A new filesystem is mounted at `target`. */
  mount(namespace: number, target: string): void {
    this.bind(namespace, target, `${MOUNTED}${target}`);
  }

  bind(namespace: number, target: string, to: string): void {
    this.byNamespace.get(namespace)?.push({ target, to });
  }

  /** The newest mount that leads there goes; false when there is none. */
  unmount(namespace: number, to: string): boolean {
    const jumps = this.byNamespace.get(namespace) ?? [];
    const at = jumps.findLastIndex((jump) => jump.to === to);
    if (at >= 0) jumps.splice(at, 1);
    return at >= 0;
  }

  /** The strings of a call of this process as paths that the recording has. */
  translate(pid: number, names: CallNames): CallNames {
    const namespace = names.namespace;
    if (namespace === 0) return names; // there, every mount is a gap
    const before = this.namespaceOf.get(pid) ?? 0;
    this.namespaceOf.set(pid, namespace);
    if (!this.byNamespace.has(namespace)) this.byNamespace.set(namespace, [...(this.byNamespace.get(before) ?? [])]);
    const jumps = this.byNamespace.get(namespace) ?? [];
    if (jumps.length === 0) return names;
    const [base1, path1] = this.follow(jumps, names.base1, names.path1);
    const [base2, path2] = this.follow(jumps, names.base2, names.path2);
    return { ...names, base1, path1, base2, path2 };
  }

  private follow(jumps: readonly Jump[], base: string, path: string): [base: string, path: string] {
    if (path === '') return [base, path];
    let at = absolute(base, path);
    let moved = false;
    for (let left = MOST_JUMPS; left > 0; left--) {
      const inside = jumps.filter(({ target }) => isBelow(at, target));
      const jump = inside.reduce<Jump | undefined>(
        (best, one) => (best !== undefined && best.target.length > one.target.length ? best : one),
        undefined,
      );
      if (jump === undefined || jump.to === jump.target) break;
      at = `${jump.to}${at.slice(jump.target.length)}`;
      moved = true;
    }
    return moved ? ['/', at] : [base, path];
  }
}

/** Without a look at symbolic links. An absolute path starts at its base, too, which is the process's root then. */
export function absolute(base: string, path: string): string {
  return posix.join(base, path.startsWith('/') ? posix.normalize(path) : path).replace(/(?<=.)\/+$/, '');
}
