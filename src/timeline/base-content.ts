import type { BaseTree } from './base-tree.js';
import type { LiveFile, LiveReader } from './live-files.js';
import type { ByteRange } from './stream-reader.js';

/** Where a file stood when the command ended, and the change time it had then, when the proof noted it. */
export interface LastSeen {
  path: string;
  ctimeNs: bigint | null;
}

/**
 * Bytes from before the recording that were not saved, because nothing was about to destroy them: read from the live
 * file while its stat is still the manifest's. A change time that moved for reasons the recording knows (a rename, a
 * chmod) is accepted when the proof noted the same one.
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

  private async open(file: number): Promise<LiveFile | undefined> {
    const node = this.base.node(file);
    const seen = node === undefined || this.live === undefined ? undefined : await this.lastSeen(file);
    if (node === undefined || seen === undefined) return undefined;
    const opened = await this.live?.open(seen.path);
    if (opened === undefined) return undefined;
    const stat = await opened.stat();
    const unchanged =
      `${stat.ino}` === node.identity.slice(node.identity.lastIndexOf(':') + 1) &&
      stat.sizeBytes === node.sizeBytes &&
      stat.mtimeNs === node.mtimeNs &&
      (stat.ctimeNs === node.ctimeNs || stat.ctimeNs === seen.ctimeNs);
    if (unchanged) return opened;
    await opened.close();
    return undefined;
  }
}
