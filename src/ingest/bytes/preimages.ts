import { readPlain } from '../../cas/plain-files.js';
import { DkError } from '../../errors.js';
import type { BaseNode } from '../../timeline/base-node.js';
import { makeDev, typeOfMode } from '../../timeline/base-node.js';
import { manifestRecords, NODE_FLAGS, type NodeRecord } from '../../journal/node-records.js';
import { type AsideCall, PreimageLog } from '../../journal/preimage-log.js';
import { LargeFiles } from './large-files.js';

/** Where the old bytes of a node are: a whole content, or those ranges of a very large one that are certainly old. */
export interface SavedContent {
  identity: string;
  /** The entry of the base manifest that it is; undefined when only its path tells. */
  entry: number | undefined;
  path: string;
  /** As the guard found it when it began to save. times null: a call that was recorded may have moved them before. */
  sizeBytes: number;
  times: { mtimeNs: bigint; ctimeNs: bigint } | null;
  file: string;
  parts: readonly { offset: number; length: number; hole: boolean; at: number }[];
}

/** A base node without the id that this recording gives it. */
export type FoundNode = Omit<BaseNode, 'file'>;

/** An entry of a tree that moved; `parent` is the number of its directory's. */
export interface TreeEntry {
  parent: number;
  name: string;
  node: FoundNode;
  /** 0n: not known. */
  bornNs: bigint;
}

/**
 * What the guard noted about nodes before calls changed them. The notes describe the base, so they may be used as soon
 * as they are there, however far ingest has come.
 */
export class Preimages {
  readonly large = new LargeFiles();
  private readonly log: PreimageLog;
  private damagedTree: string | undefined;
  private readonly notes: NodeRecord[] = [];
  /** Blobs with what was below directories, by their identity. */
  private readonly trees = new Map<string, number>();
  /** Hard links, as their first notes say, by identity. */
  private readonly links = new Map<string, FoundNode>();
  /** The first at each path, and when it was made (CLOCK_MONOTONIC). */
  private readonly byPath = new Map<string, { node: FoundNode; notedNs: bigint }>();

  constructor(folder: string) {
    this.log = new PreimageLog(folder);
  }

  /** The base node that stood at the path, if the guard met it there, before `untilNs` where that is given. */
  nodeAt(path: string, untilNs?: bigint): FoundNode | undefined {
    if (!this.byPath.has(path)) this.poll();
    const note = this.byPath.get(path);
    return note === undefined || (untilNs !== undefined && note.notedNs > untilNs) ? undefined : note.node;
  }

  /** The bytes of a very large write, in a file from offset 0; undefined where the guard has none of that call. */
  setAside(call: AsideCall): { file: string; length: number } | undefined {
    this.poll();
    return this.log.setAside(call);
  }

  /** What stood below a directory that a call was about to move, itself first: none where the guard did not list it. */
  treeBelow(identity: string): TreeEntry[] {
    const blob = this.trees.get(identity);
    const at = blob === undefined ? undefined : this.log.locate(blob);
    if (at === undefined) return [];
    const entries: TreeEntry[] = [];
    try {
      for (const record of manifestRecords(readPlain(at.file))) {
        if (record.kind !== 'base') continue;
        entries.push({ parent: record.parent, name: record.name, node: foundNode(record), bornNs: record.btimeNs });
      }
    } catch (error) {
      if (!(error instanceof DkError) || error.code !== 'damaged') throw error;
      this.damagedTree = `the list of a directory that moved, ${at.file}, is damaged`;
    }
    return entries;
  }

  /** What is wrong with the notes, a sentence without its end. What they say is right, but there were more of them. */
  get damage(): string | undefined {
    return this.log.damage ?? this.damagedTree;
  }

  /**
   * Every saved content. The launcher must have said that all are complete. `isWhole`: all changes were recorded, which is
   * what copies of very large files are compared with.
   */
  *contents(isWhole: boolean): Generator<SavedContent> {
    this.poll();
    for (const note of this.notes) {
      if (note.blob === 0 || isTree(note)) continue;
      const identity = identityOf(note);
      const entry = (note.flags & NODE_FLAGS.inBase) === 0 ? undefined : note.parent;
      const times = (note.flags & NODE_FLAGS.contentOnly) === 0 ? note : null;
      const of = { identity, entry, path: note.name, sizeBytes: note.sizeBytes, times };
      const whole = this.log.locate(note.blob);
      if (whole !== undefined) {
        yield { ...of, file: whole.file, parts: [{ offset: 0, length: whole.length, hole: false, at: whole.offset }] };
      } else if (isWhole && isLarge(note)) {
        const parts = this.large.known(identity).map((part) => ({ ...part, at: part.offset }));
        if (parts.length > 0) yield { ...of, file: this.log.copied(note.blob).file, parts };
      }
    }
  }

  /**
   * Takes what the guard has added. A note is there before any record of the call that it was made for, unless it only tells
   * where the content of an entry of the base is, which is asked for in the end.
   */
  poll(): void {
    for (const note of this.log.poll()) {
      this.notes.push(note);
      if (isTree(note)) this.trees.set(identityOf(note), note.blob);
      if (isLarge(note)) this.large.add(identityOf(note), this.log.copied(note.blob).ranges);
      this.addName(note);
    }
  }

  /** Of a hard link each name is noted; the first note says what it was. */
  private addName(note: NodeRecord): void {
    if ((note.flags & NODE_FLAGS.inBase) !== 0) return; // the manifest has its only name
    const isFirst = (note.flags & NODE_FLAGS.contentOnly) === 0;
    const node = isFirst ? foundNode(note) : this.links.get(identityOf(note));
    if (node === undefined) return;
    if (isFirst && hadSeveralNames(node)) this.links.set(node.identity, node);
    const isItsName = note.name !== '' && (note.flags & NODE_FLAGS.deleted) === 0;
    if (isItsName && !this.byPath.has(note.name)) this.byPath.set(note.name, { node, notedNs: note.notedNs });
  }
}

/** Before the recording, or when the node was met first: calls that change it are recorded. */
export function hadSeveralNames({ nlink, mode }: FoundNode): boolean {
  return nlink > 1 && typeOfMode(mode) !== 'dir';
}

function isTree(note: NodeRecord): boolean {
  return note.blob !== 0 && (note.flags & NODE_FLAGS.tree) !== 0;
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
    xattrs: note.kind === 'base' ? null : note.xattrs,
    listed: false,
  };
}
