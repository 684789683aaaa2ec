import type { DataPart } from '../../cas/types.js';
import type { NodeTruth } from '../../events/event.js';
import { typeOfMode } from '../../timeline/base-node.js';
import { isOnOverlay } from '../../timeline/overlay.js';
import type { EventToWrite } from '../writer.js';
import type { Model } from '../names/model.js';
import { isMounted } from '../../linux/mount-table.js';
import { liveBytes, liveNames, liveNode } from '../live/read-back.js';
import { childPath } from '../../timeline/child-path.js';

export type Emit = (
  event: { kind: EventToWrite['kind']; path: string; [field: string]: unknown },
  data?: Iterable<DataPart> | null,
) => void;

export interface RestoreOptions {
  /** Contents with more bytes are left unknown. */
  limitBytes?: number;
  /** Where dk keeps its own files. */
  skips: (path: string) => boolean;
}

/** Makes the model what the live tree is, with resync events. */
export class Restorer {
  /** Files with several names that were met here, by their inodes. */
  private readonly linked = new Map<string, number>();

  constructor(
    private readonly model: Model,
    private readonly emit: Emit,
    private readonly options: RestoreOptions,
  ) {}

  /** A path and what is below it. `file`: the id for what is new there. */
  tree(path: string, file?: number): void {
    const todo = [path];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      this.one(next, next === path ? file : undefined);
      const at = this.model.state.resolve(next);
      if (!at.found || this.model.state.typeOf(at.file) !== 'dir' || isMounted(next)) continue;
      const live = new Set(liveNames(next));
      const known = [...this.model.state.children(at.file)].map(({ name }) => name);
      for (const name of new Set([...known, ...live])) {
        const below = childPath(next, name);
        if (!this.options.skips(below)) todo.push(below);
      }
    }
  }

  /** Something else stands at the name than before: nothing, or what gets the id `file`. */
  replace(path: string, file: number): void {
    const at = this.model.state.resolve(path);
    if (at.found) this.emit({ kind: 'resync', file: at.file, path, truth: null, nlink: null });
    this.tree(path, file);
  }

  /** One path: nothing when an entry of the base is as it was. */
  one(path: string, newFile?: number): void {
    const file = this.fileAt(path);
    const live = isMounted(path) ? undefined : liveNode(path);
    if (live === undefined) return; // nothing of it can be seen from here
    if (live !== null && file !== 0 && isUntouchedBase(this.model, file, live.truth)) return;
    this.force(path, newFile);
  }

  /** One path, whatever the model has. `newFile`: the id for what is not there yet, or is of another type. */
  force(path: string, newFile?: number): void {
    const { model, emit } = this;
    const live = isMounted(path) ? undefined : liveNode(path);
    const file = this.fileAt(path);
    if (live === undefined) return;
    if (live === null) {
      if (file !== 0) emit({ kind: 'resync', file, path, truth: null, nlink: null });
      return;
    }
    const { truth, inode } = live;
    const type = typeOfMode(truth.mode);
    const isSame = file !== 0 && model.state.typeOf(file) === type;
    const nlink = type === 'dir' || isOnOverlay(path) ? null : live.nlink;
    const linked = nlink !== null && nlink > 1 ? this.linked.get(inode) : undefined;
    const target = linked ?? (isSame ? file : (newFile ?? model.newFile()));
    if (nlink !== null && nlink > 1) this.linked.set(inode, target);
    if (file !== 0 && target !== file) emit({ kind: 'resync', file, path, truth: null, nlink: null });
    const bytes = type === 'file' && live.dataBytes <= (this.options.limitBytes ?? Number.POSITIVE_INFINITY);
    emit({ kind: 'resync', file: target, path, truth, nlink }, bytes ? liveBytes(path) : null);
    model.namesChanged(target);
  }

  private fileAt(path: string): number {
    const at = this.model.state.resolve(path);
    return at.found ? at.file : 0;
  }
}

function isUntouchedBase(model: Model, file: number, truth: NodeTruth): boolean {
  const { state } = model;
  const base = state.base.node(file);
  if (base === undefined || state.rec(file)?.touched === true) return false;
  return base.mode === truth.mode && base.sizeBytes === truth.sizeBytes && base.mtimeNs === truth.mtimeNs;
}
