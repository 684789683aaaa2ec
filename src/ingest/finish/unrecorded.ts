import { closeSync, constants, openSync, readFileSync, readdirSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromBytes } from '../../events/byte-string.js';
import { addon } from '../../native/addon.js';
import { typeOfMode } from '../../timeline/base-node.js';
import { atPath } from '../../timeline/long-path.js';
import { readingAsRoot } from '../../native/privileges.js';
import { type LiveNode, liveNode } from '../live/read-back.js';

const UNRECORDED = 'changed by something that was not recorded';

/** What a gap says about a difference between the records and the disk. `path`: where it is. */
export function causeOf(path: string, roots: readonly string[]): string {
  const who = readingAsRoot(() => whoWrote(path, roots));
  return `${UNRECORDED}: ${who ?? 'another process, or the kernel'}`;
}

function whoWrote(path: string, roots: readonly string[]): string | undefined {
  const live = tried(() => liveNode(path)) ?? null;
  return live === null ? undefined : WHO.find(({ wrote }) => tried(() => wrote(path, live, roots)) === true)?.who;
}

/** Who leaves a trace by which it is known. The first that fits is named. */
const WHO: readonly { who: string; wrote: (path: string, live: LiveNode, roots: readonly string[]) => boolean }[] = [
  { who: 'a core dump by the kernel', wrote: (path, live) => isFile(live) && isCoreDump(head(path, 18)) },
  {
    who: "the kernel's accounting of processes (acct)",
    wrote: (path, live) => isFile(live) && isAccounting(tail(path, live, ACCT_BYTES), live),
  },
  { who: 'a loop device of which it is the image', wrote: (path, live) => isFile(live) && isLoopImage(path) },
  { who: 'an overlay of which it is in the upper layer', wrote: (path, _, roots) => isInUpperLayer(path, roots) },
];

function isFile({ truth }: LiveNode): boolean {
  return typeOfMode(truth.mode) === 'file';
}

/** An ELF file of the type ET_CORE. */
function isCoreDump(head: Buffer): boolean {
  return head.length === 18 && head.subarray(0, 4).toString('latin1') === '\x7fELF' && head.readUInt16LE(16) === 4;
}

const ACCT_BYTES = 64;

/** struct acct_v3 of acct(5): byte 1 is the version, the last 16 are the command's name. */
function isAccounting(last: Buffer, { truth }: LiveNode): boolean {
  if (last.length < ACCT_BYTES || truth.sizeBytes % ACCT_BYTES !== 0 || (last[1] as number) !== 3) return false;
  const command = last.subarray(48).toString('latin1');
  return /^[\x20-\x7e]{1,15}\0*$/.test(command);
}

/** Loop devices that are attached now. */
function isLoopImage(path: string): boolean {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .some((name) => {
      const file = tried(() => readFileSync(`/sys/block/${name}/loop/backing_file`));
      return file !== undefined && fromBytes(file.subarray(0, -1)) === path;
    });
}

/** Overlayfs marks what it makes there, and the layer's own directory. */
function isInUpperLayer(path: string, roots: readonly string[]): boolean {
  for (let at = path; ; at = dirname(at)) {
    const names = tried(() => atPath(at, (bytes) => Object.keys(addon().lgetxattrs(bytes)))) ?? [];
    if (names.some((name) => name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.'))) return true;
    if (roots.includes(at) || at === dirname(at)) return false;
  }
}

function head(path: string, length: number): Buffer {
  return readAt(path, 0, length);
}

function tail(path: string, { truth }: LiveNode, length: number): Buffer {
  return readAt(path, Math.max(0, truth.sizeBytes - length), length);
}

function readAt(path: string, at: number, length: number): Buffer {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = atPath(path, (bytes) => openSync(bytes, flags));
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
  } finally {
    closeSync(fd);
  }
}

/** What cannot be looked at leaves the one who did it unknown. */
function tried<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
