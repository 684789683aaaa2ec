import { readFileSync } from 'node:fs';
import { addon } from '../native/addon.js';

/** Bit numbers of include/uapi/linux/capability.h. */
const CAP_DAC_OVERRIDE = 1n;
const CAP_DAC_READ_SEARCH = 2n;
const CAP_SYS_PTRACE = 19n;
const CAP_SYS_ADMIN = 21n;
const CAP_SYS_NICE = 23n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** Whether this process may load and attach the recording programs. Kernels before 5.8 ask for CAP_SYS_ADMIN instead. */
export function mayRecord(status: string = ownStatus()): boolean {
  const has = capabilities(status);
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

/** Whether a thread that gave way to others can get its place back. */
export function mayRaisePriority(status: string = ownStatus()): boolean {
  return capabilities(status)(CAP_SYS_NICE);
}

const ownStatus = (): string => readFileSync('/proc/self/status', 'utf8');

/** What is permitted: of a recorder that works on a user's store nothing is effective until it is needed (below). */
function capabilities(status: string): (bit: bigint) => boolean {
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (bit) => ((permitted >> bit) & 1n) === 1n;
}

/** Root's process, with the rights of the user whose store it works on (addon/rights.h). */
export function worksForUser(): boolean {
  return process.getuid?.() === 0 && process.geteuid?.() !== 0;
}

/** The user whose rights this process works with while it stays root's. */
export function borrowedIdentity(): { uid: number; gid: number; groups: number[] } | undefined {
  if (!worksForUser()) return undefined;
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, groups: process.getgroups?.() ?? [] };
}

/**
 * Looks at the disk where the command was, with root's right to read all of it where this process has that. Nothing of a store may be
 * opened meanwhile: in a user's store stands what the user likes.
 */
export function readingAsRoot<T>(look: () => T): T {
  return withCapabilities([CAP_DAC_READ_SEARCH], look);
}

/** Looks at the command's processes in /proc. */
export function inspectingAsRoot<T>(look: () => T): T {
  return withCapabilities([CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE], look);
}

/** Changes files of the kernel's own, as those of cgroups. */
export function writingAsRoot<T>(write: () => T): T {
  return withCapabilities([CAP_DAC_OVERRIDE], write);
}

/** Changes how the calling thread is scheduled. */
export function schedulingAsRoot<T>(change: () => T): T {
  return withCapabilities([CAP_SYS_NICE], change);
}

/** For this thread, until the synchronous `work` is done. */
function withCapabilities<T>(bits: readonly bigint[], work: () => T): T {
  if (!worksForUser()) return work();
  const { setCapabilities } = addon();
  const before = setCapabilities(bits.reduce((set, bit) => set | (1n << bit), 0n));
  try {
    return work();
  } finally {
    setCapabilities(before);
  }
}

/** For good, before anything is started or opened that has nothing to do with the recorded command. */
export function giveUpRoot(): void {
  if (worksForUser()) addon().giveUpRoot();
}

/** As the launcher asked for; it is forgotten when a process changes whose rights it has. */
export function dieWithLauncher(): void {
  if (worksForUser()) addon().dieWithParent();
}
