import { S_IFDIR, S_IFMT, S_IFREG, S_ISGID, S_ISUID, S_IXGRP } from './modes.js';

/** What the kernel makes of modes and owners that a program asked for. Sources: the functions of fs/ named below. */

export interface Owner {
  uid: number;
  gid: number;
}

/**
 * Mode and owner of a new node: umask, or the permissions of the directory's default access control list instead of it
 * (posix_acl_create), and the group of a set-group-id directory (inode_init_owner).
 */
export function newNode(
  asked: { type: number; mode: number; umask: number; fsuid: number; fsgid: number },
  parent: { mode: number; gid: number },
  defaultList: Uint8Array | null = null,
): { mode: number; uid: number; gid: number } {
  const inherits = (parent.mode & S_ISGID) !== 0;
  const isDir = asked.type === S_IFDIR;
  const list = defaultList === null ? undefined : accessList(Buffer.from(defaultList));
  const taken = list === undefined ? asked.umask : 0o777 & ~list.permissions;
  const permissions = asked.mode & ~taken & (isDir ? 0o1777 : 0o7777);
  return {
    mode: asked.type | permissions | (inherits && isDir ? S_ISGID : 0),
    uid: asked.fsuid,
    gid: inherits ? parent.gid : asked.fsgid,
  };
}

/** chown of a non-directory takes set-user-id, and set-group-id where the group may execute (chown_common). */
export function modeAfterChown(mode: number): number {
  if ((mode & S_IFMT) === S_IFDIR) return mode;
  const withoutUid = mode & ~S_ISUID;
  return (mode & S_ISGID) !== 0 && (mode & S_IXGRP) !== 0 ? withoutUid & ~S_ISGID : withoutUid;
}

export function ownerAfterChown(before: Owner, uid: number, gid: number): Owner {
  return { uid: uid === -1 ? before.uid : uid >>> 0, gid: gid === -1 ? before.gid : gid >>> 0 };
}

export function isRegularType(mode: number): boolean {
  return (mode & S_IFMT) === 0 || (mode & S_IFMT) === S_IFREG;
}

export const ACL_ACCESS = 'system.posix_acl_access';
export const ACL_DEFAULT = 'system.posix_acl_default';
const ACL_USER_OBJ = 0x01;
const ACL_GROUP_OBJ = 0x04;
const ACL_MASK = 0x10;
const ACL_OTHER = 0x20;

/**
 * An access control list as the attribute holds it: u32 version, then (u16 tag, u16 permissions, u32 id)*; see
 * linux/posix_acl_xattr.h. `permissions`: the mode bits that setting it also sets. `isMinimal`: it says no more than
 * those, so that the kernel keeps no attribute (posix_acl_equiv_mode). undefined when it is not a list.
 */
export function accessList(value: Buffer): { permissions: number; isMinimal: boolean } | undefined {
  if (value.length < 4 || (value.length - 4) % 8 !== 0) return undefined;
  const byTag = new Map<number, number>();
  for (let at = 4; at < value.length; at += 8) byTag.set(value.readUInt16LE(at), value.readUInt16LE(at + 2) & 7);
  const bits = (tag: number) => byTag.get(tag) ?? 0;
  const group = byTag.has(ACL_MASK) ? bits(ACL_MASK) : bits(ACL_GROUP_OBJ);
  const isMinimal = [...byTag.keys()].every(
    (tag) => tag === ACL_USER_OBJ || tag === ACL_GROUP_OBJ || tag === ACL_OTHER,
  );
  return { permissions: (bits(ACL_USER_OBJ) << 6) | (group << 3) | bits(ACL_OTHER), isMinimal };
}

/** The list after chmod to `mode`: its own entries and its mask follow, named users and groups stay (posix_acl_chmod). */
export function listAfterChmod(value: Uint8Array, mode: number): Buffer {
  const list = Buffer.from(value);
  const entries: { at: number; tag: number }[] = [];
  for (let at = 4; at + 8 <= list.length; at += 8) entries.push({ at, tag: list.readUInt16LE(at) });
  const group = entries.some(({ tag }) => tag === ACL_MASK) ? ACL_MASK : ACL_GROUP_OBJ;
  for (const { at, tag } of entries) {
    if (tag === ACL_USER_OBJ) list.writeUInt16LE((mode >> 6) & 7, at + 2);
    else if (tag === group) list.writeUInt16LE((mode >> 3) & 7, at + 2);
    else if (tag === ACL_OTHER) list.writeUInt16LE(mode & 7, at + 2);
  }
  return list;
}
