import type { NodeName } from '../../timeline/base-node.js';
import type { Model, Place } from './model.js';

interface Opened extends NodeName {
  file: number;
}

/**
 * By which of its names a thread has a file open that has several: what the thread's last path record, or its open, said.
 * Calls on a descriptor do not say it themselves.
 */
export class OpenedNames {
  private readonly byThread = new Map<number, Opened>();

  constructor(private readonly model: Model) {}

  note(tid: number, { file, parent, name }: Place): void {
    this.byThread.set(tid, { file, parent, name });
  }

  /** The descriptor follows its name. */
  renamed(file: number, from: NodeName, { parent, name }: NodeName): void {
    for (const [tid, at] of this.byThread) {
      if (at.file !== file || at.parent !== from.parent || at.name !== from.name) continue;
      this.byThread.set(tid, { file, parent, name });
    }
  }

  forget(tid: number): void {
    this.byThread.delete(tid);
  }

  /** The path by which the thread has the file open; any that the file has where that is not known, or gone. */
  pathOf(tid: number, file: number): string {
    const at = this.byThread.get(tid);
    const isThere = at?.file === file && this.model.state.child(at.parent, at.name) === file;
    return isThere ? this.model.entry(at.parent, at.name).path : this.model.pathOf(file);
  }
}
