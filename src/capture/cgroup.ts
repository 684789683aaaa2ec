import { mountsIn } from '../linux/mountinfo.js';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writingAsRoot } from '../native/privileges.js';

/** A cgroup of the target's own, below the one dk runs in, so that it can be frozen when the ring runs full. */
export interface TargetCgroup {
  readonly path: string;
  readonly freezeFile: string;
  /** Moves a process in; its children follow. */
  add(pid: number): void;
  /** True when all who are in it are stopped outside of any system call. */
  isFrozen(): boolean;
  /** How many threads are in it and below it. */
  threads(): number;
  /** The processes in it and below it. */
  processes(): number[];
  thaw(): void;
  /** Removes the cgroup when nobody is in it any more. */
  remove(): void;
}

const PREFIX = 'diffkeeper-';
const STARTED_BY_NOW_MS = 60_000;

/**
 * Makes the cgroup. undefined when there is no cgroup v2 or dk may not write to it: then an overflow of the ring loses
 * records, which is shown as a gap and read back.
 */
export function makeTargetCgroup(id: string): TargetCgroup | undefined {
  const parent = ownCgroup();
  if (parent === undefined) return undefined;
  removeOld(parent);
  const path = join(parent, `${PREFIX}${id}`);
  const freezeFile = join(path, 'cgroup.freeze');
  try {
    writingAsRoot(() => mkdirSync(path));
  } catch {
    return undefined;
  }
  const remove = () => {
    try {
      writingAsRoot(() => rmdirSync(path));
    } catch {
      // Processes that outlive the command keep it.
    }
  };
  if (!existsSync(freezeFile)) {
    remove();
    return undefined;
  }
  return {
    path,
    freezeFile,
    add: (pid) => writingAsRoot(() => writeFileSync(join(path, 'cgroup.procs'), `${pid}`)),
    isFrozen: () => whileThere(() => /^frozen 1$/m.test(readFileSync(join(path, 'cgroup.events'), 'utf8')), true),
    threads: () => whileThere(() => membersOf(path, 'cgroup.threads').length, 0),
    processes: () => whileThere(() => membersOf(path, 'cgroup.procs'), []),
    thaw: () => whileThere(() => writingAsRoot(() => writeFileSync(freezeFile, '0')), undefined),
    remove,
  };
}

/** The cgroup goes when nobody is in it any more, which another dk may see first. */
function whileThere<T>(look: () => T, whenGone: T): T {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return whenGone;
    throw error;
  }
}

/** Those that processes kept which outlived their command, or that a dk left which was killed. rmdir spares what is in use. */
function removeOld(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    try {
      // A dk that is just starting has put nobody in yet.
      if (statSync(path).mtimeMs < Date.now() - STARTED_BY_NOW_MS) writingAsRoot(() => rmdirSync(path));
    } catch {
      // In use, or gone already.
    }
  }
}

function membersOf(folder: string, list: 'cgroup.threads' | 'cgroup.procs'): number[] {
  const own = readFileSync(join(folder, list), 'utf8').split('\n').slice(0, -1).map(Number);
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...own, ...below.flatMap((entry) => membersOf(join(folder, entry.name), list))];
}

/** Folder of the cgroup v2 that this process is in, on pure and hybrid layouts. */
function ownCgroup(): string | undefined {
  const mount = mountsIn(readFileSync('/proc/self/mountinfo', 'latin1')).find(({ type }) => type === 'cgroup2');
  const own = readFileSync('/proc/self/cgroup', 'utf8').match(/^0::(.*)$/m)?.[1];
  if (own === undefined || mount === undefined) return undefined;
  const { root, point } = mount;
  // Inside a container the mount may show a part of the tree only.
  const below = root !== '/' && own.startsWith(root) ? own.slice(root.length) : own;
  const folder = join(point, below);
  return existsSync(join(folder, 'cgroup.procs')) ? folder : undefined;
}
