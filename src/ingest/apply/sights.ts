import { isMounted } from '../../linux/mount-table.js';
import type { FoundNode } from '../bytes/preimages.js';
import type { Model } from '../names/model.js';
import { identityOf, type InodeAfter } from '../../linux/inode-identity.js';
import { type OperationOf, PATH_TOO_LONG } from '../operation.js';
import type { Appliers, Outcome } from './applier.js';
import { EVERYTHING } from './emitter.js';
import type { NameParts } from './names.js';
import { emitTruncated } from './truncated.js';

/** What opens and descriptors tell: which inode is which file, and by which of several names a thread has it open. */
export function sightAppliers(parts: NameParts): Pick<Appliers, 'create' | 'open-truncate' | 'sight'> {
  const { model, targets, opened, copyUp, emitter } = parts;
  return {
    create: (op, trusts) => {
      const { mode, uid, gid } = op.inode;
      const place = op.isUnnamed ? { path: '' } : targets.free('/', op.path, trusts);
      if (place === undefined) return 'too-early';
      const file = model.newFile();
      model.bind(op.inode, file);
      emitter.emit(op, { kind: 'file.create', file, path: place.path, mode, uid, gid });
      return 'done';
    },

    'open-truncate': (op, trusts) => {
      const at = op.path === null ? undefined : model.existing('/', op.path, { follow: false });
      const found = () => (op.path === null ? model.baseFileOf(op.inode) : at && copyUp.own(op, at).file);
      const file = model.fileOf(op.inode) ?? found() ?? 0;
      if (file === 0) return targets.unseen(op, trusts);
      model.bind(op.inode, file);
      if (at !== undefined && op.inode.nlink > 1) opened.note(op.tid, at);
      emitTruncated(parts, op, { file, path: targets.pathOf(op, file) }, 0);
      return 'done';
    },

    sight: (op, trusts) => sighted(parts, op, trusts),
  };
}

function sighted(
  { model, opened, copyUp, emitter, monotonic }: NameParts,
  op: OperationOf<'sight'>,
  trusts: boolean,
): Outcome {
  const { inode, path } = op;
  const known = model.fileOf(inode);
  const isNew = known === undefined || (!op.isDeleted && model.state.nameOf(known) === undefined);
  const hasOthers = !op.isDeleted && inode.nlink > 1;
  if (!isNew && !hasOthers) return 'done';
  if (op.isCut) {
    emitter.emitGap(op, PATH_TOO_LONG, EVERYTHING);
    return 'done';
  }
  if (path === null) return foundByHandle(model, inode, trusts);
  if (!isNew) {
    const name = model.noted('/', path, monotonic(op.exitNs));
    if (name?.file === known) opened.note(op.tid, name);
    return 'done';
  }
  const at = op.isDeleted ? undefined : model.existing('/', path, { follow: false });
  if (hasOthers && at !== undefined) opened.note(op.tid, at);
  if (at !== undefined && at.file !== 0) {
    // On overlayfs only what is in the upper layer has a generation.
    model.bind(inode, inode.gen === 0 ? at.file : copyUp.own(op, at).file);
    return 'done';
  }
  if (at !== undefined && isMounted(path)) {
    model.bind(inode, model.addNamed(nodeOf(inode), at));
    return 'done';
  }
  if (!op.isDeleted && !trusts) return 'too-early';
  model.bind(inode, model.addNameless(nodeOf(inode)));
  return 'done';
}

/** By its identity alone; what was never met is in doubt with everything, once it is changed. */
function foundByHandle(model: Model, inode: InodeAfter, trusts: boolean): Outcome {
  const file = model.fileOf(inode) ?? model.baseFileOf(inode);
  if (file !== undefined) model.bind(inode, file);
  return file !== undefined || trusts ? 'done' : 'too-early';
}

function nodeOf(inode: InodeAfter): FoundNode {
  const { mode, nlink, uid, gid, sizeBytes } = inode;
  const unknown = { rdev: 0, mtimeNs: 0n, ctimeNs: 0n, target: null, xattrs: null, listed: false };
  return { mode, nlink, uid, gid, sizeBytes, identity: identityOf(inode), ...unknown };
}
