import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DkError } from '../errors.js';
import { toBytes } from '../events/byte-string.js';
import { ROOT_DIR_FILE } from '../events/event.js';
import { type CheckoutTools, NodeMaker } from './checkout-node.js';
import { checkoutPlan, type PlannedDir, type PlannedEntry } from './checkout-plan.js';
import { SafeDir } from './safe-dir.js';
import type { TreeState } from './state.js';
import type { Recording, State } from './types.js';

export interface CheckoutOptions {
  /** Everything that was touched, under its absolute path below the folder, instead of the root. */
  all?: boolean;
  /** Plain paths or globs: only these, with the directories on the way. */
  paths?: readonly string[];
  /** The folder need not be empty; what stands in the way of a file is replaced. */
  force?: boolean;
  /** The recording comes from a bundle: no set-id bits, owners and device nodes. */
  foreign?: boolean;
  /** Takes them from a foreign recording after all. */
  privilegedNodes?: boolean;
  tools?: CheckoutTools;
  onProgress?: (entries: number) => void;
}

export interface CheckoutResult {
  /** Entries that now stand in the folder. */
  entries: number;
  /** What could not be rebuilt, by the path in the recording. */
  leftOut: { path: string; reason: string }[];
  /** What was done differently from the recording, each said once. */
  notices: string[];
}

/** Also those above it. Not left to Node, which tries for ever where the kernel says ENOENT below a folder, as in /proc. */
function makeFolders(folder: string): void {
  const bytes = toBytes(folder);
  if (statSync(bytes, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  mkdirSync(bytes);
}

/** Rebuilds the tree of a state in a folder. Never writes outside of it. */
export async function checkout(
  recording: Recording,
  state: State,
  folder: string,
  options: CheckoutOptions = {},
): Promise<CheckoutResult> {
  const plan = checkoutPlan(recording.info, state as TreeState, options);
  try {
    makeFolders(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file stands in its way' : code;
    throw new DkError('io', `${folder} cannot be made: ${why}.`, 'Choose another place with --to.', cause);
  }
  const root = SafeDir.openRoot(folder);
  try {
    if (!options.force && !root.isEmpty()) {
      throw new DkError('usage', `${folder} is not empty.`, 'Choose an empty folder, or add --force.');
    }
    const run = new Checkout(recording, state as TreeState, root, options);
    await run.fill(plan);
    return run.result();
  } finally {
    root.close();
  }
}

/** How a directory was reached, from the root on. */
interface Trail {
  above: Trail | undefined;
  name: string;
}

/** A directory that is being filled. */
interface Level {
  trail: Trail | undefined;
  plan: PlannedDir;
  entries: Iterator<PlannedEntry>;
  /** While the walk is far below it is closed, and only known by its identity. */
  dir: SafeDir | string;
  /** Of the entry that it is. */
  path: string;
}

/** A tree can be deeper than a process may have descriptors. */
const MOST_OPEN = 64;

class Checkout {
  private entries = 0;
  private readonly leftOut: { path: string; reason: string }[] = [];
  private readonly maker: NodeMaker;
  /** Where the first name of a file with several was made. */
  private readonly firstNames = new Map<number, Trail>();
  private readonly levels: Level[] = [];

  constructor(
    recording: Recording,
    private readonly state: TreeState,
    private readonly root: SafeDir,
    private readonly options: CheckoutOptions,
  ) {
    this.maker = new NodeMaker(recording, state, options);
  }

  result(): CheckoutResult {
    return { entries: this.entries, leftOut: this.leftOut, notices: [...this.maker.notices] };
  }

  /** Depth first; a directory gets its own attributes when everything in it is made. */
  async fill(plan: PlannedDir): Promise<void> {
    this.levels.push({ trail: undefined, plan, entries: plan.entries()[Symbol.iterator](), dir: this.root, path: '' });
    try {
      for (let level = this.levels.at(-1); level !== undefined; level = this.levels.at(-1)) {
        const next = level.entries.next();
        if (next.done) await this.leave(level);
        else await this.makeEntry(level, next.value);
      }
    } finally {
      for (const { dir } of this.levels) if (dir !== this.root && dir instanceof SafeDir) dir.close();
    }
  }

  private async makeEntry(level: Level, entry: PlannedEntry): Promise<void> {
    const { name, file, path, sub } = entry;
    const dir = level.dir as SafeDir;
    try {
      if (this.options.force) dir.clear(name, { keepDir: sub !== undefined });
      if (sub !== undefined) {
        this.enter(dir, level.trail, entry, sub);
        return;
      }
      await this.make(dir, name, file, level.trail);
      this.made();
    } catch (error) {
      this.leaveOut(path, error);
    }
  }

  private made(): void {
    this.entries += 1;
    this.options.onProgress?.(this.entries);
  }

  private enter(above: SafeDir, trail: Trail | undefined, { name, path }: PlannedEntry, plan: PlannedDir): void {
    const dir = above.enter(name);
    const entries = plan.entries()[Symbol.iterator]();
    this.levels.push({ trail: { above: trail, name }, plan, entries, dir, path });
    const far = this.levels[this.levels.length - 1 - MOST_OPEN];
    if (far === undefined || far.dir === this.root || !(far.dir instanceof SafeDir)) return;
    const identity = far.dir.identity();
    far.dir.close();
    far.dir = identity;
  }

  private async leave(level: Level): Promise<void> {
    const dir = level.dir as SafeDir;
    const above = this.levels.at(-2);
    if (above !== undefined && !(above.dir instanceof SafeDir)) above.dir = dir.above(above.dir);
    try {
      const { file } = level.plan;
      if (file !== 0 && file !== ROOT_DIR_FILE) await this.maker.finishDir(dir, file);
      if (above !== undefined) this.made();
    } catch (error) {
      if (above === undefined) throw error;
      this.leaveOut(level.path, error);
    }
    this.levels.pop();
    if (dir !== this.root) dir.close();
  }

  private async make(dir: SafeDir, name: string, file: number, trail: Trail | undefined): Promise<void> {
    const first = this.firstNames.get(file);
    if (first !== undefined) {
      if (first.above === trail) dir.link(name, dir, first.name);
      else this.link(dir, name, first);
      return;
    }
    await this.maker.make(dir, name, file);
    if (this.state.mostNames(file) > 1) this.firstNames.set(file, { above: trail, name });
  }

  /** Walks to the first name again, one real directory at a time. */
  private link(dir: SafeDir, name: string, first: Trail): void {
    const parts: string[] = [];
    for (let at = first.above; at !== undefined; at = at.above) parts.push(at.name);
    let from = this.root;
    try {
      for (const part of parts.reverse()) {
        const next = from.enter(part);
        if (from !== this.root) from.close();
        from = next;
      }
      dir.link(name, from, first.name);
    } finally {
      if (from !== this.root) from.close();
    }
  }

  private leaveOut(path: string, error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS') {
      throw new DkError('io', `There is no room for ${path}.`, 'Choose another place with --to.', error);
    }
    if (error instanceof DkError && error.code === 'internal') throw error;
    this.leftOut.push({ path, reason: (error as Error).message });
  }
}
