import type { BaseNode } from '../../timeline/base-node.js';
import { makeDev } from '../../timeline/base-node.js';
import { NODE_FLAGS, type NodeRecord } from '../node-records.js';
import { PreimageLog } from '../preimage-log.js';
import { LargeFiles } from './large-files.js';

/** Where the old bytes of a node are: a whole content, or those ranges of a very large one that are certainly old. */
export interface SavedContent {
  identity: string;
  /** The entry of the base manifest that it is; undefined when only its path tells. */
  entry: number | undefined;
  path: string;
  file: string;
  parts: readonly { offset: number; length: number; hole: boolean; at: number }[];
}

/** A base node without the id that this recording gives it. */
export type FoundNode = Omit<BaseNode, 'file'>;

/**
 * What the guard noted about nodes before calls changed them. The notes describe the base, so they may be used as soon
 * as they are there, however far ingest has come.
 */
export class Preimages {
  readonly large = new LargeFiles();
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

  /**
   * Every saved content. The launcher must have said that all are complete. `isWhole`: all changes were recorded, which is
   * what copies of very large files are compared with.
   */
  *contents(isWhole: boolean): Generator<SavedContent> {
    this.poll();
    for (const note of this.notes) {
      if (note.blob === 0) continue;
      const identity = identityOf(note);
      const entry = (note.flags & NODE_FLAGS.inBase) === 0 ? undefined : note.parent;
      const of = { identity, entry, path: note.name };
      const whole = this.log.locate(note.blob);
      if (whole !== undefined) {
        yield { ...of, file: whole.file, parts: [{ offset: 0, length: whole.length, hole: false, at: whole.offset }] };
      } else if (isWhole && isLarge(note)) {
        const parts = this.large.known(identity).map((part) => ({ ...part, at: part.offset }));
        if (parts.length > 0) yield { ...of, file: this.log.copied(note.blob).file, parts };
      }
    }
  }

  /** Takes what the guard has added. A note is there before any record of the call that it was made for. */
  poll(): void {
    for (const note of this.log.poll()) {
      this.notes.push(note);
      if (isLarge(note)) this.large.add(identityOf(note), this.log.copied(note.blob).ranges);
      const metadataHolds = (note.flags & NODE_FLAGS.contentOnly) === 0;
      if (metadataHolds && note.name !== '' && !this.byPath.has(note.name)) this.byPath.set(note.name, foundNode(note));
    }
  }
}

function isLarge(note: NodeRecord): boolean {
  return note.blob !== 0 && (note.flags & NODE_FLAGS.tooLarge) !== 0;
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
