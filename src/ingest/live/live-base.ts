import { type BigIntStats, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import type { DataPart } from '../../cas/types.js';
import { fromBytes, toBytes } from '../../events/byte-string.js';
import type { NodeTruth } from '../../events/event.js';
import { addon } from '../../native/addon.js';
import { inodeNumber } from '../../timeline/inode-number.js';
import { atPath } from '../../timeline/long-path.js';
import { isOnOverlay } from '../../timeline/overlay.js';
import { readingAsRoot } from '../../native/privileges.js';
import { ACL_DEFAULT } from '../../linux/attributes.js';
import { lowerFile, overlayMounts, type OverlayMount } from '../../linux/overlay-mounts.js';
import type { FoundNode } from '../bytes/preimages.js';
import { liveBytes, liveTruth } from './read-back.js';

/** What the tree still shows of the base while the command runs. Replays of a journal bring their own. */
export interface LiveBase {
  /** What stands at the path, if it was there before `startRealNs` (since 1970); undefined also where it may not be read. */
  node(path: string, startRealNs: bigint): FoundNode | undefined;
  /** The directory's default access control list; null: none, or no such directory. */
  defaultList(path: string): Uint8Array | null;
  isOnOverlay(path: string): boolean;
  /**
   * The file in a lower layer of overlayfs that the inode ("major:minor:number") at the path is; null: it is in none;
   * undefined: that cannot be told.
   */
  lowerFile(path: string, identity: string): string | null | undefined;
  /** Of a file in a lower layer. */
  truth(path: string): NodeTruth | null;
  bytes(path: string): Iterable<DataPart>;
}

export function liveBase(): LiveBase {
  let mounts: readonly OverlayMount[] | undefined;
  return {
    node: liveNode,
    defaultList: liveDefaultList,
    isOnOverlay,
    lowerFile(path, identity) {
      mounts ??= overlayMounts(readFileSync('/proc/self/mountinfo', 'latin1'));
      return lowerFile(mounts, path, identity, inodeAt);
    },
    truth: liveTruth,
    bytes: liveBytes,
  };
}

function inodeAt(path: string): bigint | undefined {
  try {
    return readingAsRoot(() => lstatSync(toBytes(path), { bigint: true })).ino;
  } catch {
    return undefined;
  }
}

function liveDefaultList(path: string): Uint8Array | null {
  try {
    return readingAsRoot(() => atPath(path, (bytes) => addon().lgetxattrs(bytes)))[ACL_DEFAULT] ?? null;
  } catch {
    return null; // gone
  }
}

function liveNode(path: string, startRealNs: bigint): FoundNode | undefined {
  let stat: BigIntStats;
  try {
    stat = readingAsRoot(() => atPath(path, (bytes) => lstatSync(bytes, { bigint: true })));
  } catch {
    return undefined; // gone, or not readable: not part of what can be known of the base
  }
  if (stat.birthtimeNs >= startRealNs && !isOnOverlay(path)) return undefined;
  return {
    mode: Number(stat.mode),
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    rdev: Number(stat.rdev),
    identity: `${deviceText(Number(stat.dev))}:${inodeNumber(stat)}`,
    sizeBytes: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    target: stat.isSymbolicLink() ? linkTarget(path) : null,
    xattrs: null,
    listed: false,
  };
}

function linkTarget(path: string): string | null {
  try {
    return readingAsRoot(() => atPath(path, (bytes) => fromBytes(readlinkSync(bytes, { encoding: 'buffer' }))));
  } catch {
    return null;
  }
}

/** "major:minor" of a user-space dev_t (gnu_dev_major, gnu_dev_minor; below 2^32 here). */
function deviceText(dev: number): string {
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}
