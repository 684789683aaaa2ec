import { ACL_DEFAULT, isRegularType, newNode } from '../../linux/attributes.js';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../linux/modes.js';
import type { Model, Place } from '../names/model.js';
import type { OpenedNames } from '../names/opened-names.js';
import type { Credentials, OperationOf } from '../operation.js';
import type { Appliers, Outcome } from './applier.js';
import type { CopyUp } from './copy-up.js';
import type { Emitter } from './emitter.js';
import { knownNode } from './known-node.js';
import { withSideEffects } from './removed-privileges.js';
import type { Targets } from './targets.js';

export interface NameParts {
  model: Model;
  targets: Targets;
  opened: OpenedNames;
  copyUp: CopyUp;
  emitter: Emitter;
  monotonic: (ns: number) => bigint;
}

type NameAppliers = Pick<
  Appliers,
  'make-directory' | 'make-node' | 'make-symlink' | 'link' | 'remove' | 'rename' | 'exchange'
>;

/** Names: what stands where. */
export function nameAppliers(parts: NameParts): NameAppliers {
  const { model, targets, emitter } = parts;
  return {
    'make-directory': (op, trusts) => {
      const place = targets.free(op.first.base, op.first.path, trusts);
      if (place === undefined) return 'too-early';
      const file = model.newFile();
      const value = model.defaultList(place.parent);
      const inherited = value === null ? undefined : { mode: null, xattrs: { [ACL_DEFAULT]: value } };
      const attributes = attributesOfNew(model, place, S_IFDIR, op.mode, op.credentials);
      const made = { kind: 'dir.create', file, path: place.path, ...attributes } as const;
      emitter.emit(op, withSideEffects(made, inherited));
      return 'done';
    },

    'make-node': (op, trusts) => {
      const place = targets.free(op.first.base, op.first.path, trusts);
      if (place === undefined) return 'too-early';
      const file = model.newFile();
      const type = isRegularType(op.mode) ? S_IFREG : op.mode & S_IFMT;
      const attributes = attributesOfNew(model, place, type, op.mode & 0o7777, op.credentials);
      const rdev = type === S_IFCHR || type === S_IFBLK ? op.rdev : 0;
      if (type === S_IFREG) emitter.emit(op, { kind: 'file.create', file, path: place.path, ...attributes });
      else emitter.emit(op, { kind: 'node.create', file, path: place.path, ...attributes, rdev });
      return 'done';
    },

    'make-symlink': (op, trusts) => {
      const place = targets.free(op.second.base, op.second.path, trusts);
      if (place === undefined) return 'too-early';
      const file = model.newFile();
      const attributes = attributesOfNew(model, place, S_IFLNK, 0o777, op.credentials);
      const mode = S_IFLNK | 0o777; // the umask does not apply to links
      emitter.emit(op, { kind: 'symlink.create', file, path: place.path, ...attributes, mode, target: op.target });
      return 'done';
    },

    link: (op, trusts) => {
      const file = op.inode === undefined ? undefined : model.fileOf(op.inode);
      const { base, path } = op.first;
      const found = file === undefined ? model.existing(base, path, { follow: op.follow }) : undefined;
      const place = targets.free(op.second.base, op.second.path, trusts);
      if ((file === undefined && !found?.file) || place === undefined) return 'too-early';
      const source =
        found === undefined ? { file: file ?? 0, path: targets.pathOf(op, file ?? 0) } : parts.copyUp.own(op, found);
      emitter.emit(op, { kind: 'link.create', file: source.file, path: source.path, newPath: place.path });
      model.namesChanged(source.file);
      return 'done';
    },

    remove: (op) => {
      const at = model.existing(op.first.base, op.first.path, { follow: false });
      if (at === undefined || at.file === 0) return 'too-early';
      emitter.emit(op, { kind: op.isDirectory ? 'dir.remove' : 'path.unlink', file: at.file, path: at.path });
      model.namesChanged(at.file, at.path);
      return 'done';
    },

    rename: (op) => moved(parts, op),
    exchange: (op) => moved(parts, op),
  };
}

/** One place, or two that change their places. */
function moved(
  { model, copyUp, opened, emitter, monotonic }: NameParts,
  op: OperationOf<'rename' | 'exchange'>,
): Outcome {
  const found = model.existing(op.first.base, op.first.path, { follow: false });
  if (found === undefined || found.file === 0) return 'too-early';
  const replaceable = model.noted(op.second.base, op.second.path, monotonic(op.exitNs));
  if (replaceable === undefined) return 'too-early';
  if (found.parent === replaceable.parent && found.name === replaceable.name) return 'done';
  const from = copyUp.own(op, found);
  const to = op.does === 'exchange' ? copyUp.own(op, replaceable) : replaceable;
  // rename(2): two names of one file stay as they are, and the call succeeds.
  if (to.file === from.file) return 'done';
  // The kernel does not put a directory below itself: another operation must be missing before this one.
  if (model.isBelowItself(from.file, to.parent)) return 'too-early';
  if (model.state.typeOf(from.file) === 'dir') model.addTree(from.file);
  if (op.does === 'exchange') {
    if (to.file === 0 || model.isBelowItself(to.file, from.parent)) return 'too-early';
    if (model.state.typeOf(to.file) === 'dir') model.addTree(to.file);
    emitter.emit(op, { kind: 'path.exchange', file: from.file, path: from.path, newPath: to.path, other: to.file });
  } else {
    emitter.emit(op, {
      kind: 'path.rename',
      file: from.file,
      path: from.path,
      newPath: to.path,
      replaced: to.file,
    });
  }
  model.namesChanged(from.file, from.path);
  opened.renamed(from.file, from, to);
  if (to.file !== 0) model.namesChanged(to.file, to.path);
  if (op.does === 'exchange') opened.renamed(to.file, to, from);
  else if (op.leavesWhiteout) {
    const attributes = { mode: S_IFCHR, uid: op.credentials.fsuid, gid: op.credentials.fsgid };
    emitter.emit(op, { kind: 'node.create', file: model.newFile(), path: from.path, rdev: 0, ...attributes });
  }
  return 'done';
}

/** Mode and owner of what is made in `place`. */
function attributesOfNew(model: Model, place: Place, type: number, mode: number, credentials: Credentials) {
  const parent = knownNode(model, place.parent) ?? { mode: 0, uid: 0, gid: 0 };
  return newNode({ type, mode, ...credentials }, parent, model.defaultList(place.parent));
}
