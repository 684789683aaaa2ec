/**
 * writer.json of a recording in progress: which process writes it. When that process is gone, the recording was
 * interrupted. A process is its number, its start time and the boot it runs in, so that a reused number is noticed.
 */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readPlain } from '../cas/plain-files.js';
import { replaceFileSync } from '../cas/replace-file.js';

interface WriterProcess {
  pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  startTicks: string;
  bootId: string;
  /** Process numbers mean nothing outside their namespace. */
  pidNamespace: string;
}

const writerPath = (folder: string): string => join(folder, 'writer.json');

export function claimForThisProcess(folder: string): void {
  const self: WriterProcess = {
    pid: process.pid,
    startTicks: startTicks(process.pid) ?? '',
    bootId: bootId(),
    pidNamespace: pidNamespace(),
  };
  replaceFileSync(writerPath(folder), Buffer.from(`${JSON.stringify(self)}\n`));
}

export function releaseClaim(folder: string): void {
  rmSync(writerPath(folder), { force: true });
}

/** Whether the process that writes the recording may still run; true when that cannot be known from here. */
export function writerMayLive(folder: string): boolean {
  const writer = readWriter(folder);
  if (writer === undefined || writer.bootId !== bootId()) return false;
  if (writer.pidNamespace !== pidNamespace()) return true;
  return startTicks(writer.pid) === writer.startTicks;
}

function readWriter(folder: string): WriterProcess | undefined {
  try {
    const value = JSON.parse(readPlain(writerPath(folder)).toString()) as Partial<WriterProcess> | null;
    return Number.isSafeInteger(value?.pid) ? (value as WriterProcess) : undefined;
  } catch {
    // No claim, or a torn one of a crashed machine: nobody writes.
    return undefined;
  }
}

/** undefined when there is no such process, or only what its parent has not yet asked about. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields after the last one are 3, 4, …
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
}

function pidNamespace(): string {
  return readOr('', () => readlinkSync('/proc/self/ns/pid'));
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}
