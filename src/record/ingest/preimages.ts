import type { BaseNode } from '../../timeline/base-node.js';
import { makeDev } from '../../timeline/base-node.js';
import { NODE_FLAGS, type NodeRecord, PreimageLog } from '../node-records.js';

/** A base node without the id that this recording gives it. */
export type FoundNode = Omit<BaseNode, 'file'>;

/**
 * What the guard noted about nodes before calls changed them. The notes describe the base, so they may be used as soon
 * as they are there, however far ingest has come.
 */
export class Preimages {
  private readonly log: PreimageLog;
  private readonly notes: NodeRecord[] = [];
  private readonly byPath = new Map<string, FoundNode>();

  constructor(folder: string) {
    this.log = new PreimageLog(folder);
  }

  /** The base node that stood at the path, if the guard met it. */
  nodeAt(path: string): FoundNode | undefined {
    const known = this.byPath.get(path);
    if (known !== undefined) return known;
    this.poll();
    return this.byPath.get(path);
  }

  /** Every saved content: whose, and where it stands. The launcher must have said that all are complete. */
  *contents(): Generator<{ identity: string; path: string; at: { file: string; offset: number; length: number } }> {
    this.poll();
    for (const note of this.notes) {
      const at = note.blob === 0 ? undefined : this.log.locate(note.blob);
      if (at !== undefined) yield { identity: identityOf(note), path: note.name, at };
    }
  }

  private poll(): void {
    for (const note of this.log.poll()) {
      this.notes.push(note);
      const metadataHolds = (note.flags & NODE_FLAGS.contentOnly) === 0;
      if (metadataHolds && note.name !== '' && !this.byPath.has(note.name)) this.byPath.set(note.name, foundNode(note));
    }
  }
}

function identityOf(note: NodeRecord): string {
  return `${note.devMajor}:${note.devMinor}:${note.ino}`;
}

function foundNode(note: NodeRecord): FoundNode {
  return {
    mode: note.mode,
    nlink: note.nlink,
    uid: note.uid,
    gid: note.gid,
    rdev: makeDev(note.rdevMajor, note.rdevMinor),
    identity: identityOf(note),
    sizeBytes: note.sizeBytes,
    mtimeNs: note.mtimeNs,
    ctimeNs: note.ctimeNs,
    target: note.target,
    xattrs: note.xattrs,
    listed: false,
  };
}
