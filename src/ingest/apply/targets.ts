import type { Model, Place } from '../names/model.js';
import type { OpenedNames } from '../names/opened-names.js';
import type { Operation } from '../operation.js';
import type { Outcome } from './applier.js';
import type { CopyUp } from './copy-up.js';
import { EVERYTHING, type Emitter } from './emitter.js';

/** A file or directory that something changes. */
export type Target = Pick<Place, 'file' | 'path'>;

/** Finds what operations are about. */
export class Targets {
  constructor(
    private readonly model: Model,
    private readonly opened: OpenedNames,
    private readonly copyUp: CopyUp,
    private readonly emitter: Emitter,
  ) {}

  /** The file that the operation is about, by its inode or else by its first path. */
  onFile(op: Operation & { follow: boolean }, trusts: boolean, act: (to: Target) => void): Outcome {
    if (op.inode !== undefined) return this.onInode(op, trusts, act);
    if (op.first.base === '') return this.unseen(op, trusts);
    const found = this.model.existing(op.first.base, op.first.path || '.', { follow: op.follow });
    if (found === undefined || found.file === 0) return 'too-early';
    act(this.copyUp.own(op, found));
    return 'done';
  }

  onInode(op: Operation, trusts: boolean, act: (to: Target) => void): Outcome {
    const file = op.inode === undefined ? undefined : this.model.fileOf(op.inode);
    if (file === undefined) return this.unseen(op, trusts);
    act({ file, path: this.pathOf(op, file) });
    return 'done';
  }

  /** By which the thread has the file open. */
  pathOf({ tid }: Operation, file: number): string {
    return this.opened.pathOf(tid, file);
  }

  /** No operation explains this one: what it changed is not known. */
  unseen(op: Operation, trusts: boolean): Outcome {
    if (!trusts) return 'too-early';
    this.emitter.emitGap(op, UNSEEN[op.does] ?? 'a call on a file that was never seen', EVERYTHING);
    return 'done';
  }

  /** A place for something new: free, in a directory that exists. */
  free(from: string, path: string, trusts: boolean): Place | undefined {
    const place = this.model.place(from, path);
    return place === undefined || (place.file !== 0 && !trusts) ? undefined : place;
  }
}

const UNSEEN: Partial<Record<Operation['does'], string>> = {
  write: 'a write to a file that was never seen',
  'read-mapping': 'a write to a file that was never seen',
  copy: 'a copy into a file that was never seen',
};
