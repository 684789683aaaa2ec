import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DkError } from '../errors.js';
import { toBytes } from '../events/byte-string.js';
import { ROOT_DIR_FILE } from '../events/event.js';
import { type CheckoutTools, NodeMaker } from './checkout-node.js';
import { checkoutPlan, type PlannedDir } from './checkout-plan.js';
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
    await run.fill(root, plan, []);
    await run.finishDir(root, plan);
    return run.result();
  } finally {
    root.close();
  }
}

class Checkout {
  private entries = 0;
  private readonly leftOut: { path: string; reason: string }[] = [];
  private readonly maker: NodeMaker;
  /** Where the first name of a file with several was made: directories from the root, then the name. */
  private readonly firstNames = new Map<number, string[]>();

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

  async fill(dir: SafeDir, plan: PlannedDir, names: readonly string[]): Promise<void> {
    for (const { name, file, path, sub } of plan.entries()) {
      try {
        if (this.options.force) dir.clear(name, { keepDir: sub !== undefined });
        if (sub !== undefined) await this.fillDir(dir, name, sub, names);
        else await this.make(dir, name, file, names);
        this.entries += 1;
        this.options.onProgress?.(this.entries);
      } catch (error) {
        this.leaveOut(path, error);
      }
    }
  }

  async finishDir(dir: SafeDir, plan: PlannedDir): Promise<void> {
    if (plan.file !== 0 && plan.file !== ROOT_DIR_FILE) await this.maker.finishDir(dir, plan.file);
  }

  private async fillDir(dir: SafeDir, name: string, plan: PlannedDir, names: readonly string[]): Promise<void> {
    const below = dir.enter(name);
    try {
      await this.fill(below, plan, [...names, name]);
      await this.finishDir(below, plan);
    } finally {
      below.close();
    }
  }

  private async make(dir: SafeDir, name: string, file: number, names: readonly string[]): Promise<void> {
    const first = this.firstNames.get(file);
    if (first !== undefined) {
      this.link(dir, name, first);
      return;
    }
    await this.maker.make(dir, name, file);
    if (this.state.names(file).length > 1) this.firstNames.set(file, [...names, name]);
  }

  /** Walks to the first name again, one real directory at a time. */
  private link(dir: SafeDir, name: string, first: readonly string[]): void {
    const opened: SafeDir[] = [];
    try {
      let from = this.root;
      for (const part of first.slice(0, -1)) {
        from = from.enter(part);
        opened.push(from);
      }
      dir.link(name, from, first[first.length - 1] as string);
    } finally {
      for (const one of opened) one.close();
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
