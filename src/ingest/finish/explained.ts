import { statfsSync } from 'node:fs';
import { toBytes } from '../../events/byte-string.js';
import type { BaseTree } from '../../timeline/base-tree.js';
import type { ProofStat } from '../../timeline/proof.js';
import type { NodeView } from '../../timeline/rec.js';
import type { Stamps } from '../apply/stamps.js';

/** Filesystems that take all times from this machine's clock, and none without a call: statfs(2), f_type. */
const OUR_TIMES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
  0x2fc12fc1, // zfs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
]);
/** Between the two clocks, which were read one after the other. */
const SLACK_NS = 1_000_000n;

/**
 * Whether the recorded calls explain the times that a base file has at the end. One whose bytes they left alone then still has
 * those from before.
 */
export class Explained {
  private readonly ours = new Map<bigint, boolean>();

  constructor(
    private readonly base: BaseTree,
    private readonly stamps: Stamps,
    /** What to add to a time since the start for one since 1970. */
    private readonly startRealNs: bigint,
  ) {}

  readonly explains = (node: NodeView, stat: ProofStat, live: string): boolean => {
    const base = this.base.node(node.file);
    if (base === undefined) return false;
    if (stat.ctimeNs === base.ctimeNs && stat.mtimeNs === base.mtimeNs) return true;
    const wasSet = stat.mtimeNs === base.mtimeNs || stat.mtimeNs === node.mtimeNs;
    if (!this.isOurs(stat.dev, live)) return wasSet || node.mtimeNs === null;
    const { changed, modified } = this.stamps;
    return (
      this.isBy(stat.ctimeNs, changed.get(node.file)) && (wasSet || this.isBy(stat.mtimeNs, modified.get(node.file)))
    );
  };

  private isBy(timeNs: bigint, tsNs: number | undefined): boolean {
    return tsNs !== undefined && timeNs <= this.startRealNs + BigInt(tsNs) + SLACK_NS;
  }

  private isOurs(dev: bigint, live: string): boolean {
    let ours = this.ours.get(dev);
    if (ours === undefined) {
      ours = OUR_TIMES.has(typeAt(live));
      this.ours.set(dev, ours);
    }
    return ours;
  }
}

function typeAt(path: string): number {
  try {
    return statfsSync(toBytes(path)).type;
  } catch {
    return 0; // gone, or too long a path: nothing is concluded from its times
  }
}
