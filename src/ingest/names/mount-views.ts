import { posix } from 'node:path';
import type { Operation, UserPath } from '../operation.js';
import { isBelow, MOUNTED } from '../../linux/mount-table.js';

/** In one namespace, strings that lead below `target` end below `to`. null: it is mounted where no string leads. */
interface Jump {
  target: string | null;
  to: string;
}

/**
 * What the command mounted in mount namespaces of its own. Where a descriptor tells the file, the kernel programs say which
 * it is; the strings of other calls mean what they mean in the namespace of the process.
 */
export class MountViews {
  private readonly byNamespace = new Map<number, Jump[]>();
  private readonly namespaceOf = new Map<number, number>();
  /** What pivot_root made the root of a namespace. */
  private readonly roots = new Map<number, string>();

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

  rootOf(namespace: number): string {
    return this.roots.get(namespace) ?? '/';
  }

  /** The mount `root` becomes the root, and what was it is mounted at `old`. */
  pivot(namespace: number, root: string, old: string): void {
    const before = this.rootOf(namespace);
    this.unmount(namespace, root);
    this.byNamespace.get(namespace)?.push({ target: old === root ? null : old, to: before });
    this.roots.set(namespace, root);
  }

  /** An absolute path of the namespace as one that the recording has. */
  resolve(namespace: number, path: string): string {
    return follow(this.byNamespace.get(namespace) ?? [], path);
  }

  /** The mount at `path`, a path of the namespace, goes, or the newest one that leads to `to`; false when there is none. */
  unmount(namespace: number, to: string, path = to): boolean {
    const jumps = this.byNamespace.get(namespace) ?? [];
    const named = mountAt(jumps, path);
    const at = named === undefined ? jumps.findLastIndex((jump) => jump.to === to) : jumps.indexOf(named);
    if (at >= 0) jumps.splice(at, 1);
    return at >= 0;
  }

  /** The operation with its paths as the recording has them. */
  translate<O extends Operation>(op: O): O {
    const { namespace } = op;
    if (namespace === 0) return op; // there, every mount is a gap
    const before = this.namespaceOf.get(op.pid) ?? 0;
    this.namespaceOf.set(op.pid, namespace);
    if (!this.byNamespace.has(namespace)) {
      this.byNamespace.set(namespace, [...(this.byNamespace.get(before) ?? [])]);
      this.roots.set(namespace, this.rootOf(before));
    }
    const jumps = this.byNamespace.get(namespace) ?? [];
    if (jumps.length === 0) return op;
    return { ...op, first: translated(jumps, op.first), second: translated(jumps, op.second) };
  }
}

function translated(jumps: readonly Jump[], said: UserPath): UserPath {
  if (said.path === '') return said;
  const from = absolute(said);
  const to = follow(jumps, from);
  return to === from ? said : { base: '/', path: to };
}

function follow(jumps: readonly Jump[], path: string): string {
  let at = path;
  for (const { jump, from } of passed(jumps, path)) at = after(jump, from);
  return at;
}

/** What is mounted exactly there. */
function mountAt(jumps: readonly Jump[], path: string): Jump | undefined {
  return [...passed(jumps, path)].findLast(({ jump, from }) => jump.target === from)?.jump;
}

/** Each mount is passed once at most: what is mounted below its own source leads there again. */
function* passed(jumps: readonly Jump[], path: string): Generator<{ jump: Jump; from: string }> {
  let from = path;
  for (let left = jumps; ; ) {
    const jump = innermost(left, from);
    if (jump === undefined) return;
    yield { jump, from };
    if (jump.to === jump.target) return;
    from = after(jump, from);
    left = left.filter((one) => one !== jump);
  }
}

function after({ target, to }: Jump, path: string): string {
  const rest = target === null || target === '/' ? path : path.slice(target.length);
  if (to === '/') return rest || '/';
  return rest === '/' ? to : `${to}${rest}`;
}

function innermost(jumps: readonly Jump[], path: string): Jump | undefined {
  let best: Jump | undefined;
  for (const jump of jumps) {
    if (jump.target === null || !isBelow(path, jump.target)) continue;
    // Of two on one place, the newer one hides the other.
    if (jump.target.length >= (best?.target?.length ?? 0)) best = jump;
  }
  return best;
}

/** Without a look at symbolic links. An absolute path starts at its base, too, which is the process's root then. */
export function absolute({ base, path }: UserPath): string {
  return posix.join(base, path.startsWith('/') ? posix.normalize(path) : path).replace(/(?<=.)\/+$/, '');
}
