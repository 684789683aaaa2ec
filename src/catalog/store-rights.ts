/**
 * A store is worked on with the rights of its owner and nothing more, because libraries open what is in it by name and its
 * owner decides what stands there. So root, asked through sudo, becomes the user who asked when the store is theirs; and
 * whoever else meets a store that is not their own leaves it alone.
 */
import {
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  closeSync,
  fstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { requirePlainFolder } from '../cas/plain-files.js';
import { DkError } from '../errors.js';

const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;
const STICKY = 0o1000;
/** As the kernel, in the middle of a path (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Root that sudo started becomes the user who asked for it, when the store is theirs or would be made in a folder of
 * theirs: `for good`, or with `effective` only the user id that counts for files. Others stay who they are.
 */
export function takeOwnersRights(home: string, env: NodeJS.ProcessEnv, how: 'effective' | 'for good'): void {
  if (process.geteuid?.() !== 0) return;
  const owner = ownerOf(home);
  if (owner === 0) return;
  const uid = idOf(env.SUDO_UID);
  const gid = idOf(env.SUDO_GID);
  if (uid !== owner || gid === undefined) throw notOurs(home, owner);
  const { initgroups } = process as typeof process & { initgroups(user: number, group: number): void };
  try {
    initgroups(uid, gid);
  } catch {
    process.setgroups?.([gid]); // a user without an entry in passwd
  }
  if (how === 'effective') {
    process.setegid?.(gid);
    process.seteuid?.(uid);
  } else {
    process.setgid?.(gid);
    process.setuid?.(uid);
  }
}

/** Who owns the store, or the folder in which it would be made. */
function ownerOf(home: string): number {
  for (let at = home; ; at = dirname(at)) {
    try {
      const fd = openSync(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
      try {
        return fstatSync(fd).uid;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (at === '/') throw error;
    }
  }
}

function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
}

/**
 * DkError 'io' unless the folder is this user's own and nobody else can put anything into it; one that others may look
 * into is closed to them. Root also asks who can exchange the folders on the way.
 */
export function requireOwnStore(home: string): void {
  if (process.geteuid?.() === 0 && isRealRoot()) requireSafeWay(home);
  const fd = openSync(home, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const { uid, mode } = fstatSync(fd);
    if (uid !== process.geteuid?.()) throw notOurs(home, uid);
    if ((mode & WRITABLE_BY_OTHERS) !== 0 && readdirSync(home).length > 0) throw openToOthers(home);
    if ((mode & OPEN_TO_OTHERS) !== 0) tighten(fd);
  } finally {
    closeSync(fd);
  }
  requirePlainFolder(home);
}

function tighten(fd: number): void {
  try {
    fchmodSync(fd, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error;
  }
}

/** Every folder on the way, links included, is root's, and others cannot rename what is in it. */
function requireSafeWay(home: string): void {
  let left = MOST_LINKS;
  const walk = (path: string): void => {
    if (path !== '/') walk(dirname(path));
    if (!lstatSync(path).isSymbolicLink()) {
      if (path !== home) requireSafe(path);
      return;
    }
    if (left-- === 0) throw unsafeWay(home, path);
    walk(resolve(dirname(path), readlinkSync(path)));
  };
  const requireSafe = (folder: string): void => {
    const { uid, gid, mode } = lstatSync(folder);
    const others = mode & (gid === 0 ? 0o002 : WRITABLE_BY_OTHERS);
    if (uid !== 0 || (others !== 0 && (mode & STICKY) === 0)) throw unsafeWay(home, folder);
  };
  walk(resolve(home));
}

/** Not that of a user namespace, who has no rights beyond those of the user who made it. */
function isRealRoot(): boolean {
  try {
    return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));
  } catch {
    return true;
  }
}

function notOurs(home: string, owner: number): DkError {
  return new DkError(
    'io',
    `The store ${home} is not yours: its folder belongs to user ${owner}.`,
    'Run dk as that user, or set DK_HOME to a folder of your own.',
  );
}

function openToOthers(home: string): DkError {
  return new DkError(
    'io',
    `Others than you may write to the store ${home}, so what is in it may be theirs.`,
    `Look at what is in it, then close it with: chmod 700 ${home}`,
  );
}

function unsafeWay(home: string, folder: string): DkError {
  return new DkError(
    'io',
    `The store ${home} is not safe for root: others than root can exchange what stands in ${folder}.`,
    'Set DK_HOME to a folder that root alone can reach, or run dk as the user.',
  );
}
