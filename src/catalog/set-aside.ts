/**
 * A damaged catalogue is moved away, so that a new one is built from packs and manifests. Damage that shows while the
 * catalogue is open is noted beside it, for the next process that opens it: this one's recording goes on in what it has.
 */
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { openSqlite } from './sqlite.js';

const LOCK_TIMEOUT_MS = 10_000;

const notePath = (path: string): string => `${path}.is-damaged`;

export const isNotedAsDamaged = (path: string): boolean => existsSync(notePath(path));

export function noteDamage(path: string): void {
  try {
    createEmpty(notePath(path));
  } catch {
    // In a store that cannot be written the damage is found again by whoever meets it.
  }
}

/**
 * Moves the catalogue away if `isDamaged` still says so once no other process is doing the same; returns where to, or
 * undefined when another process was first.
 */
export function setAside(path: string, isDamaged: () => boolean): string | undefined {
  return locked(`${path}.lock`, () => {
    if (!isDamaged()) return undefined;
    const away = freeName(`${path}.damaged`);
    // The log first: left behind it would be taken for the new catalogue's.
    for (const end of ['-wal', '-shm', '']) if (existsSync(path + end)) renameSync(path + end, away + end);
    rmSync(notePath(path), { force: true });
    return away;
  });
}

/** Under a lock that ends with the process that holds it: SQLite's own, on a database that stays empty. */
function locked<T>(path: string, work: () => T): T {
  createEmpty(path);
  const db = openSqlite(path, { timeout: LOCK_TIMEOUT_MS });
  try {
    db.exec('BEGIN EXCLUSIVE');
    return work();
  } finally {
    db.close();
  }
}

function createEmpty(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

function freeName(path: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : `${path}-${n}`;
    if (!existsSync(name)) return name;
  }
}
