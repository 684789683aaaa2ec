import type { SideEffects } from '../../events/event.js';
import type { InodeAfter } from '../../linux/inode-identity.js';
import type { EventBody } from '../event-body.js';
import type { KnownNode } from './known-node.js';

const SET_ID_BITS = 0o6000;
const CAPABILITY = 'security.capability';

/**
 * What the kernel takes from a file as a side effect of a change of its content or owner (file_remove_privs): the
 * capabilities, whoever makes it, and the set-id bits, which are gone when `modeAfter` says so. `node`: before the event.
 */
export function removedPrivileges(node: KnownNode | undefined, modeAfter: number | undefined): SideEffects | undefined {
  if (node === undefined) return undefined;
  const capability = node.xattrs?.get(CAPABILITY);
  const lost = modeAfter === undefined ? 0 : node.mode & SET_ID_BITS & ~modeAfter;
  if (lost === 0 && !capability) return undefined;
  return { mode: lost === 0 ? null : node.mode & 0o7777 & ~lost, xattrs: capability ? { [CAPABILITY]: null } : {} };
}

/** The same event, and what its call did besides. */
export function withSideEffects<B extends EventBody>(body: B, also: SideEffects | undefined): B {
  if (also !== undefined) body.also = also;
  return body;
}

/** undefined where the operation names no inode. */
export function modeAfter(inode: InodeAfter | undefined): number | undefined {
  return inode === undefined || inode.mode === 0 ? undefined : inode.mode;
}
