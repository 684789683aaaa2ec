import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  lutimesSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { DkError } from '../errors.js';
import { flagNames } from '../linux/file-flags.js';
import { S_IFIFO, S_IFMT, S_IFSOCK } from '../linux/modes.js';
import { baseXattrs } from './base-xattrs.js';
import type { XattrReader } from './proof.js';
import type { NodeView } from './rec.js';
import type { SafeDir } from './safe-dir.js';
import type { TreeState } from './state.js';
import type { FileContent, Node, Recording } from './types.js';
import { makeSocket } from './unix-socket.js';

/** System calls that Node has not. Without one, what needs it is left out or rounded, and said. */
export interface CheckoutTools {
  readXattrs?: XattrReader;
  setXattr?: (path: Buffer, name: string, value: Uint8Array) => void;
  /** Sets and takes flags of chattr(1) among `known`, and leaves the others. */
  setFlags?: (path: Buffer, set: number, known: number) => void;
  /** mknod(2), for names that a program cannot be given as an argument. Without it programs make what they can. */
  makeNode?: (path: Buffer, mode: number, major: number, minor: number) => void;
  /** lutimes with nanoseconds; Node keeps microseconds. */
  setTimes?: (path: Buffer, atimeNs: bigint, mtimeNs: bigint) => void;
}

interface MakerOptions {
  foreign?: boolean;
  privilegedNodes?: boolean;
  tools?: CheckoutTools;
}

const CHUNK_BYTES = 4 << 20;
const LARGE_BYTES = 64 << 20;
const SET_ID_BITS = 0o6000;

/** Makes one node of a state with all that belongs to it. */
export class NodeMaker {
  readonly notices = new Set<string>();
  private readonly tools: CheckoutTools;
  private readonly trusted: boolean;

  constructor(
    private readonly recording: Recording,
    private readonly state: TreeState,
    private readonly options: MakerOptions,
  ) {
    this.tools = options.tools ?? {};
    this.trusted = !options.foreign || options.privilegedNodes === true;
  }

  /** Anything but a directory. Leaves nothing behind when it throws. */
  async make(dir: SafeDir, name: string, file: number): Promise<void> {
    const node = this.state.node(file);
    if (node === undefined) throw new DkError('damaged', 'The recording does not say what it is.', 'It is left out.');
    switch (node.type) {
      case 'file':
        return this.makeFile(dir, name, node);
      case 'symlink':
        dir.symlink(node.target ?? '', name);
        break;
      case 'fifo':
        if (this.tools.makeNode !== undefined) this.tools.makeNode(dir.at(name), S_IFIFO | 0o600, 0, 0);
        else execFileSync('mkfifo', ['-m', '600', '--', textPath(dir, name)], { stdio: 'pipe' });
        break;
      case 'socket':
        if (this.tools.makeNode !== undefined) this.tools.makeNode(dir.at(name), S_IFSOCK | 0o600, 0, 0);
        else await makeSocket(dir, name);
        break;
      default:
        this.makeDevice(dir, name, node);
    }
    this.finishPath(dir, name, node);
  }

  /** Owner, mode, attributes and times of a directory, once nothing more is made in it. */
  async finishDir(dir: SafeDir, file: number): Promise<void> {
    const node = this.state.node(file);
    if (node === undefined) return;
    this.setOwner(node, (uid, gid) => fchownSync(dir.fd, uid, gid));
    await this.setXattrs(dir.self(), node);
    fchmodSync(dir.fd, this.modeOf(node));
    this.setTimes(dir.self(), node, (mtime) => futimesSync(dir.fd, mtime, mtime));
    this.setFlags(dir.self(), node);
  }

  private async makeFile(dir: SafeDir, name: string, node: NodeView): Promise<void> {
    const content = this.recording.content(this.state, node.file);
    if (!(await content.known())) throw unknownBytes();
    const fd = dir.create(name);
    try {
      try {
        await requireRoom(dir, content);
        await this.fill(fd, content);
        this.setOwner(node, (uid, gid) => fchownSync(fd, uid, gid));
        await this.setXattrs(dir.at(name), node);
        fchmodSync(fd, this.modeOf(node));
        this.setTimes(dir.at(name), node, (mtime) => futimesSync(fd, mtime, mtime));
        this.setFlags(dir.at(name), node);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      dir.clear(name, { keepDir: true });
      throw error;
    }
  }

  /** Writes all but the holes. */
  private async fill(fd: number, content: FileContent): Promise<void> {
    if (content.sizeBytes > 0) ftruncateSync(fd, content.sizeBytes);
    for await (const { offset: start, length } of content.dataRanges()) {
      for (let at = start; at < start + length; at += CHUNK_BYTES) {
        const { bytes, unknown } = await content.read(at, Math.min(CHUNK_BYTES, start + length - at));
        if (unknown.length > 0) throw unknownBytes();
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
      }
    }
  }

  private makeDevice(dir: SafeDir, name: string, node: Node): void {
    if (!this.trusted) {
      this.notices.add('Device nodes of a foreign recording are left out; --privileged-nodes makes them.');
      throw new DkError('usage', 'It is a device node of a foreign recording.', 'Add --privileged-nodes.');
    }
    const major = ((node.rdev >>> 8) & 0xfff) + Math.floor(node.rdev / 2 ** 44) * 0x1000;
    const minor = (node.rdev & 0xff) + (((node.rdev >>> 20) & 0xfff) << 8);
    if (this.tools.makeNode !== undefined) {
      this.tools.makeNode(dir.at(name), (node.mode & S_IFMT) | 0o600, major, minor);
      return;
    }
    const type = node.type === 'char' ? 'c' : 'b';
    const args = ['-m', '600', '--', textPath(dir, name), type, `${major}`, `${minor}`];
    execFileSync('mknod', args, { stdio: 'pipe' });
  }

  /** What is not a regular file or directory has no descriptor of its own; none of these calls follows a link. */
  private finishPath(dir: SafeDir, name: string, node: Node): void {
    const path = dir.at(name);
    this.setOwner(node, (uid, gid) => lchownSync(path, uid, gid));
    // chmod(2) follows links, but this is the node that was made a moment ago.
    if (node.type !== 'symlink') chmodSync(path, this.modeOf(node));
    this.setTimes(path, node, (mtime) => lutimesSync(path, mtime, mtime));
  }

  private modeOf(node: Node): number {
    const mode = node.mode & 0o7777;
    if (this.trusted || (mode & SET_ID_BITS) === 0) return mode;
    this.notices.add('Set-id bits of a foreign recording were dropped; --privileged-nodes keeps them.');
    return mode & ~SET_ID_BITS;
  }

  private setOwner(node: Node, chown: (uid: number, gid: number) => void): void {
    if (process.geteuid?.() !== 0) return;
    if (this.trusted) chown(node.uid, node.gid);
    else this.notices.add('Owners of a foreign recording were not taken over; --privileged-nodes does.');
  }

  private async setXattrs(path: Buffer, node: NodeView): Promise<void> {
    const { readXattrs, setXattr } = this.tools;
    const fromBase =
      readXattrs !== undefined && !this.options.foreign ? await baseXattrs(this.recording, node, readXattrs) : [];
    for (const [name, value] of [...fromBase, ...(node.xattrs ?? [])]) {
      if (!this.trusted && !name.startsWith('user.')) continue;
      if (setXattr === undefined) {
        this.notices.add('Extended attributes were not set: this build of dk cannot.');
        return;
      }
      try {
        setXattr(path, name, value);
      } catch (error) {
        this.notices.add(`The attribute ${name} could not be set: ${(error as Error).message}.`);
      }
    }
  }

  /** The last of all: an immutable file takes nothing more. */
  private setFlags(path: Buffer, { flags }: Node): void {
    if (flags === null || !this.trusted) return;
    try {
      this.tools.setFlags?.(path, flags.set, flags.known);
    } catch (error) {
      this.notices.add(`File attributes (${flagNames(flags.set)}) could not be set: ${(error as Error).message}.`);
    }
  }

  private setTimes(path: Buffer, node: Node, utimes: (mtimeSeconds: number) => void): void {
    if (node.mtimeNs === null) return;
    if (this.tools.setTimes !== undefined) this.tools.setTimes(path, node.mtimeNs, node.mtimeNs);
    else utimes(Number(node.mtimeNs / 1000n) / 1e6);
  }
}

/** A forged file can refer to the same bytes any number of times. */
async function requireRoom(dir: SafeDir, content: FileContent): Promise<void> {
  if (content.sizeBytes < LARGE_BYTES) return;
  let needed = 0;
  for await (const { length } of content.dataRanges()) needed += length;
  const { bavail, bsize } = statfsSync(dir.self());
  if (needed > bavail * bsize) {
    throw new DkError('io', `There is no room for its ${needed} bytes.`, 'Choose another place with --to.');
  }
}

function unknownBytes(): DkError {
  return new DkError('unknown-bytes', 'Not all of its bytes are known.', 'Look at another event.');
}

/** For programs, which take arguments as text. */
function textPath(dir: SafeDir, name: string): string {
  const path = dir.at(name);
  const text = path.toString('utf8');
  if (Buffer.compare(Buffer.from(text), path) === 0) return text;
  throw new DkError('unsupported', 'This build of dk cannot give it a name that is not UTF-8.', 'It is left out.');
}
