import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { DkError } from '../errors.js';

/** addon/binding.cc, typed. This folder is the only importer of the .node file. */
export interface RecorderOptions {
  segmentBytes: number;
  /** An existing folder. */
  journalDir: string;
  /** The target's cgroup.freeze file; without it an overflow loses records. */
  freezeFile?: string | undefined;
}

export interface RecorderStats {
  /** CLOCK_MONOTONIC and CLOCK_REALTIME when recording began. */
  startMonoNs: number;
  startRealNs: bigint;
  records: number;
  journalBytes: number;
  lost: number;
  frozenNs: number;
  freezes: number;
  ringFillMax: number;
  /** Threads of the target that live. */
  living: number;
  /** Why the journal stopped, 0 while it is written. */
  errno: number;
}

/** What fails throws SystemFailure. */
export interface Recorder {
  /** Loads the kernel programs, on another thread. `ringBytes`: a power of two, at least one page. */
  load(ringBytes: number): Promise<void>;
  /** Attaches them; once, when they are loaded. */
  start(options: RecorderOptions): void;
  seed(pid: number): void;
  stats(): RecorderStats;
  /**
   * Asks for a freeze of the target's cgroup that lasts beyond `stop`; true once it has begun, always false without a
   * freeze file. Whoever asked thaws.
   */
  hold(): boolean;
  /** Detaches, drains, closes the journal. Idempotent. */
  stop(): Promise<void>;
}

/** What the addon throws. `detail`: the kernel's own words, for DK_DEBUG. */
export interface SystemFailure extends Error {
  syscall: string;
  errno: number;
  detail: string;
}

export interface Addon {
  Recorder: new () => Recorder;
  /** Goes into the launcher's process group: what is sent to the command's does not reach this process any more. */
  leaveJob(): void;
  /** Back into the group that the shell made, to use its terminal. */
  joinJob(): void;
  /** Becomes that program: file, name, arguments. Comes back only to throw. */
  execute(...words: Uint8Array[]): never;
  crc32c(bytes: Uint8Array): number;
  lgetxattrs(path: Uint8Array | string): Record<string, Buffer>;
  lsetxattr(path: Uint8Array | string, name: string, value: Uint8Array): void;
  /** Flags of chattr(1) of a regular file or directory; undefined where it has none, or may not be opened. */
  getFlags(path: Uint8Array | string): number | undefined;
  /** Sets and takes the flags among `known`; the others stay. */
  setFlags(path: Uint8Array | string, set: number, known: number): void;
  /** utimensat(2) of the path itself; nanoseconds since 1970. */
  lutimes(path: Uint8Array | string, atimeNs: bigint, mtimeNs: bigint): void;
  /** mknod(2): a FIFO, socket or device, as the type bits of `mode` say. Major and minor count for devices alone. */
  makeNode(path: Uint8Array | string, mode: number, major: number, minor: number): void;
  /** The first range at or after `from` that is no hole; undefined when only a hole follows. Moves the file's position. */
  nextData(fd: number, from: number): [start: number, end: number] | undefined;
  /** Makes exactly these effective for the calling thread, of what is permitted (capability(7)). What they were before. */
  setCapabilities(wanted: bigint): bigint;
  /** From here on the process is the user whose rights it works with, in all of its threads. */
  giveUpRoot(): void;
  /** The kernel ends this process when its parent ends; to be asked for again after a change of rights. */
  dieWithParent(): void;
}

const FILE = fileURLToPath(new URL('../../build/Release/dk.node', import.meta.url));
let loaded: Addon | undefined;

/** DkError 'unsupported' when the addon is not built or does not fit this Node. */
export function addon(): Addon {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)(FILE) as Addon;
    } catch (cause) {
      throw new DkError(
        'unsupported',
        `The recorder's native part could not be loaded from ${FILE}.`,
        'Run `./dk doctor`, or `sh scripts/setup.sh` to build it again.',
        cause,
      );
    }
  }
  return loaded;
}
