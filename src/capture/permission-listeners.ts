import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { inspectingAsRoot } from '../native/privileges.js';

/** FAN_CLASS_CONTENT and FAN_CLASS_PRE_CONTENT: what such a listener has not allowed, nobody opens. */
const DECIDING_CLASSES = 0x4 | 0x8;

/**
 * True when the process holds a fanotify listener that decides about opens and reads. While it is stopped, whoever opens a
 * file that it watches waits, this process included.
 */
export function decidesAboutOpens(pid: number): boolean {
  try {
    return inspectingAsRoot(() => readdirSync(`/proc/${pid}/fd`).some((fd) => isDecidingListener(pid, fd)));
  } catch {
    return false; // it has ended
  }
}

function isDecidingListener(pid: number, fd: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== 'anon_inode:[fanotify]') return false;
    const flags = /^fanotify flags:([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags === undefined || (Number.parseInt(flags, 16) & DECIDING_CLASSES) !== 0;
  } catch {
    return false; // closed meanwhile
  }
}
