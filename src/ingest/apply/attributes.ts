import { ACL_ACCESS, accessList, listAfterChmod, modeAfterChown, ownerAfterChown } from '../../linux/attributes.js';
import { S_ISGID } from '../../linux/modes.js';
import { keptFlags } from '../../linux/file-flags.js';
import type { Model } from '../names/model.js';
import type { OperationOf } from '../operation.js';
import type { Appliers } from './applier.js';
import type { Emitter } from './emitter.js';
import { type KnownNode, knownNode } from './known-node.js';
import { modeAfter, removedPrivileges, withSideEffects } from './removed-privileges.js';
import type { Target, Targets } from './targets.js';

interface AttributeParts {
  model: Model;
  targets: Targets;
  emitter: Emitter;
}

type AttributeAppliers = Pick<Appliers, 'set-mode' | 'set-owner' | 'set-times' | 'set-xattr' | 'set-flags'>;

/** Mode, owner, times, extended attributes, flags. */
export function attributeAppliers({ model, targets, emitter }: AttributeParts): AttributeAppliers {
  const nodeOf = (file: number): KnownNode => knownNode(model, file) ?? { mode: 0, uid: 0, gid: 0 };
  return {
    'set-mode': (op, trusts) =>
      targets.onFile(op, trusts, (at) => {
        const { gid, xattrs } = nodeOf(at.file);
        const list = xattrs?.get(ACL_ACCESS);
        const known = modeAfter(op.inode);
        // The access control list of a file that has one follows, and set-group-id is refused to who is not of the group.
        emitMode(emitter, op, at, known ?? op.mode, list ? listAfterChmod(list, op.mode) : undefined);
        const maySetGid = op.credentials.fsuid === 0 || op.credentials.fsgid === gid;
        if (known === undefined && (op.mode & S_ISGID) !== 0 && !maySetGid)
          emitter.emitGap(op, 'whether the user is in the group that set-group-id is asked for is not known', at);
      }),

    'set-owner': (op, trusts) =>
      targets.onFile(op, trusts, ({ file, path }) => {
        const before = nodeOf(file);
        const owner = ownerAfterChown(before, op.uid, op.gid);
        const lost = removedPrivileges(knownNode(model, file), modeAfterChown(before.mode));
        emitter.emit(op, withSideEffects({ kind: 'meta.owner', file, path, ...owner } as const, lost));
      }),

    'set-times': (op, trusts) =>
      targets.onFile(op, trusts, ({ file, path }) => {
        const { atimeNs, mtimeNs, mtimeNow } = op;
        emitter.emit(op, { kind: 'meta.times', file, path, atimeNs, mtimeNs, mtimeNow });
      }),

    'set-xattr': (op, trusts) =>
      targets.onFile(op, trusts, ({ file, path }) => {
        const { name, value } = op;
        const set = { kind: 'meta.xattr', file, path, name, value } as const;
        const list = name === ACL_ACCESS && value !== null ? accessList(Buffer.from(value)) : undefined;
        if (list === undefined) {
          emitter.emit(op, set);
          return;
        }
        const node = nodeOf(file);
        const mode = (node.mode & 0o7000) | list.permissions;
        if (!list.isMinimal) emitter.emit(op, withSideEffects(set, { mode, xattrs: {} }));
        else emitMode(emitter, op, { file, path }, mode, node.xattrs?.get(ACL_ACCESS) ? null : undefined);
      }),

    'set-flags': (op, trusts) =>
      targets.onFile(op, trusts, ({ file, path }) => {
        const { flags, project } = op;
        const mask = op.mask & keptFlags(model.state.typeOf(file));
        emitter.emit(op, { kind: 'meta.flags', file, path, flags, mask, project });
      }),
  };
}

/** `list`: what becomes of the access control list; undefined: nothing. */
function emitMode(
  emitter: Emitter,
  op: OperationOf<'set-mode' | 'set-xattr'>,
  { file, path }: Target,
  mode: number,
  list: Uint8Array | null | undefined,
): void {
  const also = list === undefined ? undefined : { mode: null, xattrs: { [ACL_ACCESS]: list } };
  emitter.emit(op, withSideEffects({ kind: 'meta.mode', file, path, mode: mode & 0o7777 } as const, also));
}
