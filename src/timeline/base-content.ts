import type { BaseTree } from './base-tree.js';
import type { LiveFile, LiveReader, LiveStat } from './live-files.js';
import type { ByteRange } from './stream-reader.js';

/** Where a file stood when the command ended. */
export interface LastSeen {
  path: string;
  /** What the proof saw there; null when no event had changed its bytes but no proof noted it. */
  stat: LiveStat | null;
}

/**
 * Bytes from before the recording that were not saved, because nothing was about to destroy them: read from the live
 * file while its stat is still the manifest's. Times that moved for reasons the recording knows (a rename, a chmod, a
 * touch) are accepted when they are still what the proof noted for a file whose bytes no event had changed.
 */
export class BaseContent {
  constructor(
    private readonly base: BaseTree,
    private readonly live: LiveReader | undefined,
    private readonly lastSeen: (file: number) => Promise<LastSeen | undefined>,
  ) {}

  async isUnchanged(file: number): Promise<boolean> {
    const opened = await this.open(file);
    await opened?.close();
    return opened !== undefined;
  }

  /** Fills `into`; returns the ranges that cannot be had. */
  async read(file: number, off: number, into: Buffer): Promise<ByteRange[]> {
    const opened = await this.open(file);
    if (opened === undefined) return [{ offset: 0, length: into.length }];
    try {
      const filled = await opened.read(into, off);
      return filled < into.length ? [{ offset: filled, length: into.length - filled }] : [];
    } finally {
      await opened.close();
    }
  }

  /** Ranges that are no holes; the whole range where that is not known. */
  async dataRanges(file: number, offset: number, length: number): Promise<ByteRange[]> {
    const opened = await this.open(file);
    try {
      return opened?.dataRanges(offset, length) ?? [{ offset, length }];
    } finally {
      await opened?.close();
    }
  }

  private async open(file: number): Promise<LiveFile | undefined> {
    const node = this.base.node(file);
    const seen = node === undefined || this.live === undefined ? undefined : await this.lastSeen(file);
    if (node === undefined || seen === undefined) return undefined;
    const opened = await this.live?.open(seen.path);
    if (opened === undefined) return undefined;
    const stat = await opened.stat();
    const asInBase = { ...stat, sizeBytes: node.sizeBytes, mtimeNs: node.mtimeNs, ctimeNs: node.ctimeNs };
    const unchanged =
      node.identity.endsWith(`:${stat.ino}`) &&
      (isSame(stat, asInBase) || (seen.stat !== null && isSame(stat, seen.stat)));
    if (unchanged) return opened;
    await opened.close();
    return undefined;
  }
}

function isSame(a: LiveStat, b: LiveStat): boolean {
  return a.ino === b.ino && a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}
