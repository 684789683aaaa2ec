import { type CallNames, namesOf } from './call-names.js';
import type { Context, Outcome } from './context.js';
import { isBelow, MOUNTED } from './mount-table.js';
import { absolute } from './mount-views.js';
import type { RawRecord } from './raw-record.js';

const MOUNT_ATTR_IDMAP = 0x100000;
const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;
const MS_MOVE = 0x2000;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED. */
const MS_PROPAGATION = 0x1e0000;

/** mount(source, target, type, flags, data) */
export function mounted(context: Context, record: RawRecord, names: CallNames): Outcome {
  const flags = record.arg32(3);
  if ((flags & (MS_REMOUNT | MS_PROPAGATION)) !== 0) return 'done';
  if (names.namespace === 0) return changedOurs(context, record);
  const target = placeOf(context, names.base2, names.path2);
  if ((flags & MS_MOVE) !== 0) return moved(context, names, placeOf(context, names.base1, names.path1), target);
  if ((flags & MS_BIND) === 0) context.views.mount(names.namespace, target);
  else context.views.bind(names.namespace, target, placeOf(context, names.base1, names.path1));
  return 'done';
}

/** move_mount(fd, path, fd, path, flags): of a mount that stands somewhere, or of one that open_tree or fsmount made. */
export function mountMoved(context: Context, record: RawRecord, names: CallNames): Outcome {
  if (names.namespace === 0) return changedOurs(context, record);
  const source = placeOf(context, names.base1, names.path1);
  const target = placeOf(context, names.base2, names.path2);
  return moved(context, names, source, target);
}

/** umount2(target, flags). Of what the namespace was born with nothing is known, so what it covered is not either. */
export function unmounted(context: Context, record: RawRecord, names: CallNames): Outcome {
  if (names.namespace === 0) return changedOurs(context, record);
  const at = placeOf(context, names.base1, names.path1);
  const { base1, path1 } = namesOf(record);
  return context.views.unmount(names.namespace, at, absolute(base1, path1)) ? 'done' : changedOurs(context, record);
}

/**
 * pivot_root(new root, place for the old one). The strings were read when it had been done: absolute ones begin at the new
 * root then, and so do relative ones of a process that was in the old root itself.
 */
export function pivoted(context: Context, record: RawRecord, { namespace }: CallNames): Outcome {
  const { views } = context;
  const { base1, path1, base2, path2 } = namesOf(record);
  const isHere = path1 === '.';
  // The root of a filesystem that was never seen where it had been mounted has no name to go on with.
  const isKnown = (isHere || path1.startsWith('/')) && base1 !== MOUNTED;
  if (namespace === 0 || !isKnown) return changedOurs(context, record);
  const before = views.resolve(namespace, absolute(views.rootOf(namespace), path2));
  const after = views.resolve(namespace, absolute(base2, path2));
  const mayBe = isHere && !path2.startsWith('/') ? [after] : [before, after];
  const old = mayBe.find((place) => isBelow(place, base1));
  if (old === undefined) return changedOurs(context, record);
  views.pivot(namespace, base1, old);
  return 'done';
}

function moved({ views }: Context, { namespace }: CallNames, source: string, target: string): Outcome {
  views.unmount(namespace, source);
  if (source === MOUNTED) views.mount(namespace, target);
  else views.bind(namespace, target, source);
  return 'done';
}

/** mount_setattr, open_tree_attr: who owns what is made through an idmapped mount is not known. Other attributes change no name. */
export function mountAttributesSet(context: Context, record: RawRecord, { extra }: CallNames): Outcome {
  const isMapped = extra.length >= 8 && (extra.readUInt32LE(0) & MOUNT_ATTR_IDMAP) !== 0;
  if (isMapped) context.doubt(record, 'a mount maps owners to others', { file: 0, path: '' });
  return 'done';
}

/** What the paths of the recording mean is what was mounted at its start. */
function changedOurs(context: Context, record: RawRecord): Outcome {
  context.doubt(record, 'the command changed what is mounted', { file: 0, path: '' });
  return 'done';
}

/** With symbolic links followed, where the model knows them. */
function placeOf({ model }: Context, base: string, path: string): string {
  const at = path === '' ? undefined : model.existing(base, path, { follow: true });
  return at !== undefined && at.path !== '' ? at.path : path === '' ? base : absolute(base, path);
}
