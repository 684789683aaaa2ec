import { RECORD_FLAGS } from '../../events/abi.js';
import {
  ACL_ACCESS,
  ACL_DEFAULT,
  accessList,
  isRegularType,
  listAfterChmod,
  modeAfterChown,
  newNode,
  ownerAfterChown,
  type Times,
  timesOfTimespecs,
  timesOfTimevals,
  timesOfUtimbuf,
} from './attributes.js';
import type { BaseNode } from '../../timeline/base-node.js';
import type { Rec } from '../../timeline/rec.js';
import { type Call, callOf, ioctlOf } from '../../syscalls/lookup.js';
import type { Operands } from '../../syscalls/row.js';
import type { DecoderName } from '../../syscalls/table.js';
import { type AskedFlags, flagsOfFileAttr, keptFlags } from '../../linux/file-flags.js';
import { FALLOC } from '../../linux/fallocate.js';
import { type CallNames, namesOf } from './call-names.js';
import { causeOfIoctl, changeByIoctl } from './ioctl.js';
import { doubtEverything, unknownCall } from './unknown-call.js';
import { type Context, freePlace, type Outcome } from './context.js';
import { lostRights, modeAfterCall, withSideEffects } from './lost-rights.js';
import { ownFile } from './own-file.js';
import type { Place } from './model.js';
import { mountAttributesSet, mounted, mountMoved, pivoted, unmounted } from './mount-calls.js';
import { AT_SYMLINK_FOLLOW, flagsOf, follows } from './operands.js';
import { quotaSet } from './quota.js';
import { absolute } from './mount-views.js';
import type { RawRecord } from './raw-record.js';

/** `at`: what the call's arguments mean. */
type Decoder = (context: Context, record: RawRecord, names: CallNames, at: Operands) => Outcome;

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;
const S_IFSOCK = 0o140000;
const S_ISGID = 0o2000;
const AT_REMOVEDIR = 0x200;
const SYNC_FILE_RANGE_WRITE = 2;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;

/** What the success of a call means. The rows of the table name them: none is missing, none is left over. */
const DECODERS: Readonly<Record<DecoderName, Decoder>> = {
  open: opened,
  mmap: (context, record) => onFile(context, record, (file) => context.mapShared(record, file)),
  punch: (context, record) => punched(context, record),
  bind: (context, record, names) => makeNode(context, record, names, { mode: S_IFSOCK | 0o777, rdev: 0 }),
  fsync: (context, record) => synced(context, record, false),
  fdatasync: (context, record) => synced(context, record, true),
  sync_file_range: (context, record) =>
    (record.arg32(3) & SYNC_FILE_RANGE_WRITE) === 0 ? 'done' : synced(context, record, true),
  sync: syncedAll,
  truncate: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) =>
      truncated(context, record, to.file, to.path, Number(record.arg(at.value ?? 0))),
    ),
  fallocate: (context, record) =>
    onFile(context, record, (file, path) => {
      const [mode, offset, length] = [record.arg32(1), Number(record.arg(2)), Number(record.arg(3))];
      allocated(context, record, { file, path, mode, offset, length });
    }),
  ioctl: (context, record) => ioctled(context, record),
  rename: (context, record, names, at) => renamed(context, record, names, flagsOf(record, at)),
  mkdir: (context, record, names, at) => madeDir(context, record, names, record.arg32(at.value ?? 0)),
  mknod: (context, record, names, at) => madeNode(context, record, names, at.value ?? 0),
  rmdir: removedDir,
  unlink: unlinked,
  unlinkat: (context, record, names, at) =>
    (flagsOf(record, at) & AT_REMOVEDIR) !== 0 ? removedDir(context, record, names) : unlinked(context, record, names),
  link: (context, record, names, at) => linked(context, record, names, flagsOf(record, at)),
  symlink: symlinked,
  chmod: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => chmodded(context, record, to, record.arg32(at.value ?? 0))),
  chown: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => ownerSet(context, record, to, at.value ?? 0)),
  utime: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => timesSet(context, record, to, timesOfUtimbuf(names.extra))),
  utimes: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => timesSet(context, record, to, timesOfTimevals(names.extra))),
  utimensat: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => timesSet(context, record, to, timesOfTimespecs(names.extra))),
  setxattr: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => xattrSet(context, record, to, names.extra)),
  removexattr: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => xattrRemoved(context, record, to, names.extra)),
  file_setattr: (context, record, names, at) =>
    onTarget(context, record, names, at, (to) => setFlags(context, record, to, flagsOfFileAttr(names.extra))),
  mount: mounted,
  umount2: unmounted,
  move_mount: mountMoved,
  pivot_root: pivoted,
  mount_setattr: mountAttributesSet,
  quotactl: quotaSet,
};

/** Turns a call record into its event. */
export function handleCall(context: Context, record: RawRecord): Outcome {
  const call = record.has(RECORD_FLAGS.compat) ? undefined : callOf(record.u32('nr'));
  if (call === undefined) return unknownCall(context, record);
  if (record.has(RECORD_FLAGS.before)) {
    context.renames.add(record, context.views.translate(record.pid, namesOf(record)));
    return 'done';
  }
  if (record.has(RECORD_FLAGS.fault)) return unreadable(context, record, call);
  const names = meaning(context, record, call);
  const at = call.at ?? {};
  if (record.u64('ino') === 0 && names.path1 !== '' && onlyPseudo(context, call, names)) return 'done';
  if (call.gap !== undefined) return gapOfCall(context, record, call, names);
  const decoder = call.decoder as DecoderName | undefined;
  return decoder === undefined ? unknownCall(context, record) : DECODERS[decoder](context, record, names, at);
}

/** Another thread took its memory or its descriptor away before the kernel programs could read what it was about. */
function unreadable(context: Context, record: RawRecord, { name }: Call): Outcome {
  const cause = `${name}: what it was about could not be read afterwards`;
  if (record.u64('ino') === 0) return doubtEverything(context, record, cause);
  return onFile(context, record, (file, path) => context.doubt(record, cause, { file, path }));
}

/** The call's strings, as paths of the recording. Of a symbolic link the first string is no place. */
function meaning(context: Context, record: RawRecord, { decoder }: Call): CallNames {
  const names = namesOf(record);
  const translated = context.views.translate(record.pid, names);
  return decoder === 'symlink' ? { ...translated, path1: names.path1 } : translated;
}

/** The call changed a filesystem that holds no data. */
function onlyPseudo({ pseudo }: Context, { decoder }: Call, { base1, path1, base2, path2 }: CallNames): boolean {
  return pseudo.holds(decoder === 'symlink' ? absolute(base2, path2) : absolute(base1, path1));
}

/** A call that is not followed: what it was about is in doubt. One without a path ends what it had begun. */
function gapOfCall(context: Context, record: RawRecord, call: Call, names: CallNames): Outcome {
  const cause = `${call.name}: ${call.gap}`;
  if (call.at?.path === undefined) return doubtEverything(context, record, cause);
  if (names.path1 === '') return 'done';
  return onTarget(context, record, names, call.at, (to) => context.doubt(record, cause, to));
}

/** A file or directory that something changes. */
type Target = Pick<Place, 'file' | 'path'>;

function onFile(context: Context, record: RawRecord, act: (file: number, path: string) => void): Outcome {
  const file = context.model.fileOf(record.identity());
  if (file === undefined) return context.force ? unknownTarget(context, record) : 'too-early';
  act(file, context.opened.pathOf(record.tid, file));
  return 'done';
}

/**
 * The file that the call is about: by its path, or by its descriptor. The kernel programs name the inode themselves where the
 * string is empty or a magic link (/proc/self/fd/N).
 */
function onTarget(
  context: Context,
  record: RawRecord,
  names: CallNames,
  at: Operands,
  act: (to: Target) => void,
): Outcome {
  if (at.path === undefined || record.u64('ino') !== 0)
    return onFile(context, record, (file, path) => act({ file, path }));
  const found = context.model.existing(names.base1, names.path1 || '.', { follow: follows(record, at) });
  if (found === undefined || found.file === 0) return 'too-early';
  act(ownFile(context, record, found));
  return 'done';
}

/** No record explains this call: what it changed is not known. */
function unknownTarget(context: Context, record: RawRecord): Outcome {
  context.doubt(record, 'a call on a file that was never seen', { file: 0, path: '' });
  return 'done';
}

function opened(context: Context, record: RawRecord, names: CallNames): Outcome {
  const { model } = context;
  const path = names.base1; // for open this is the file itself
  const id = record.identity();
  if (!record.has(RECORD_FLAGS.created)) {
    const isNamed = !record.has(RECORD_FLAGS.nameless);
    const at = isNamed ? model.existing('/', path, { follow: false }) : undefined;
    const file = model.fileOf(id) ?? (isNamed ? fileAt(context, record, at) : model.baseFileOf(id)) ?? 0;
    if (file === 0) return context.force ? unknownTarget(context, record) : 'too-early';
    model.bind(id, file);
    if (at !== undefined && record.u32('nlink') > 1) context.opened.note(record.tid, at);
    truncated(context, record, file, context.opened.pathOf(record.tid, file), 0);
    return 'done';
  }
  const attributes = { mode: record.u32('mode'), uid: record.u32('uid'), gid: record.u32('gid') };
  if (record.has(RECORD_FLAGS.unnamed) || record.has(RECORD_FLAGS.deleted)) {
    const file = model.newFile();
    model.bind(id, file);
    context.emit(record, { kind: 'file.create', file, path: '', ...attributes });
    return 'done';
  }
  const place = freePlace(context, '/', path);
  if (place === undefined) return 'too-early';
  const file = model.newFile();
  model.bind(id, file);
  context.emit(record, { kind: 'file.create', file, path: place.path, ...attributes });
  return 'done';
}

function fileAt(context: Context, record: RawRecord, at: Place | undefined): number | undefined {
  return at === undefined ? undefined : ownFile(context, record, at).file;
}

function truncated(context: Context, record: RawRecord, file: number, path: string, sizeBytes: number): void {
  const cut = { kind: 'file.truncate', file, path, sizeBytes } as const;
  // truncate(2) names no inode to read the mode from. Root has the capability to keep the bits, others have not.
  const after = record.u32('fsuid') === 0 ? undefined : modeAfterChown(nodeOf(context, file).mode);
  context.emit(record, withSideEffects(cut, lostRights(context, file, modeAfterCall(record) ?? after)));
}

interface Allocation extends Target {
  mode: number;
  offset: number;
  length: number;
}

function allocated(context: Context, record: RawRecord, allocation: Allocation): void {
  const event = { kind: 'file.allocate', ...allocation } as const;
  context.emit(record, withSideEffects(event, lostRights(context, event.file, modeAfterCall(record))));
}

/** madvise(MADV_REMOVE): a hole in the file that is mapped. The arguments are the range of the file. */
function punched(context: Context, record: RawRecord): Outcome {
  if (record.u64('ino') === 0) return doubtEverything(context, record, 'a hole was cut through several mappings');
  const [offset, length] = [Number(record.arg(0)), Number(record.arg(1))];
  return onFile(context, record, (file, path) => {
    context.emit(record, {
      kind: 'file.allocate',
      file,
      path,
      mode: FALLOC.punchHole | FALLOC.keepSize,
      offset,
      length,
    });
  });
}

/** What ioctl(2) did to a file, by its command; a file that is not known is in doubt with everything. */
function ioctled(context: Context, record: RawRecord): Outcome {
  const command = record.arg32(1) >>> 0;
  const ioctl = ioctlOf(command);
  return onFile(context, record, (file, path) => {
    const change = ioctl === undefined ? undefined : changeByIoctl(ioctl, namesOf(record).extra);
    if (change === undefined) {
      const cause = causeOfIoctl(command, ioctl);
      context.doubt(record, cause, ioctl?.affects === 'everything' ? { file: 0, path: '' } : { file, path });
    } else if ('mode' in change) allocated(context, record, { file, path, ...change });
    else setFlags(context, record, { file, path }, change);
  });
}

function setFlags(context: Context, record: RawRecord, { file, path }: Target, asked: AskedFlags): void {
  const mask = asked.mask & keptFlags(context.model.state.typeOf(file));
  context.emit(record, { kind: 'meta.flags', file, path, flags: asked.flags, mask, project: asked.project });
}

function synced(context: Context, record: RawRecord, dataOnly: boolean): Outcome {
  const file = context.model.fileOf(record.identity()) ?? 0;
  context.emit(record, {
    kind: 'sync.file',
    file,
    path: file === 0 ? '' : context.opened.pathOf(record.tid, file),
    dataOnly,
  });
  return 'done';
}

function syncedAll(context: Context, record: RawRecord): Outcome {
  context.emit(record, { kind: 'sync.all', file: 0, path: '' });
  return 'done';
}

/** Mode and owner of what the call made in `place`. */
function attributesOf(context: Context, record: RawRecord, place: Place, type: number, mode: number) {
  const parent = nodeOf(context, place.parent);
  const [umask, fsuid, fsgid] = [record.u32('umask'), record.u32('fsuid'), record.u32('fsgid')];
  return newNode({ type, mode, umask, fsuid, fsgid }, parent, context.model.defaultList(place.parent));
}

type KnownNode = Pick<BaseNode, 'mode' | 'uid' | 'gid'> & { xattrs?: BaseNode['xattrs'] | Rec['xattrs'] };

function nodeOf(context: Context, file: number): KnownNode {
  const { state } = context.model;
  return state.rec(file) ?? state.base.node(file) ?? { mode: 0, uid: 0, gid: 0 };
}

function madeDir(context: Context, record: RawRecord, names: CallNames, mode: number): Outcome {
  const place = freePlace(context, names.base1, names.path1);
  if (place === undefined) return 'too-early';
  const file = context.model.newFile();
  const attributes = attributesOf(context, record, place, S_IFDIR, mode);
  const value = context.model.defaultList(place.parent);
  const inherited = value === null ? undefined : { mode: null, xattrs: { [ACL_DEFAULT]: value } };
  const made = { kind: 'dir.create', file, path: place.path, ...attributes } as const;
  context.emit(record, withSideEffects(made, inherited));
  return 'done';
}

function removedDir(context: Context, record: RawRecord, names: CallNames): Outcome {
  return removed(context, record, names, 'dir.remove');
}

function unlinked(context: Context, record: RawRecord, names: CallNames): Outcome {
  return removed(context, record, names, 'path.unlink');
}

function removed(context: Context, record: RawRecord, names: CallNames, kind: 'dir.remove' | 'path.unlink'): Outcome {
  const at = context.model.existing(names.base1, names.path1, { follow: false });
  if (at === undefined || at.file === 0) return 'too-early';
  context.emit(record, { kind, file: at.file, path: at.path });
  context.model.namesChanged(at.file, at.path);
  return 'done';
}

function renamed(context: Context, record: RawRecord, names: CallNames, flags: number): Outcome {
  const { model } = context;
  const { base1, path1, base2, path2 } = context.renames.before(record, names);
  const found = model.existing(base1, path1, { follow: false });
  if (found === undefined || found.file === 0) return 'too-early';
  const replaceable = model.noted(base2, path2, record.exitedNs);
  if (replaceable === undefined) return 'too-early';
  if (found.parent === replaceable.parent && found.name === replaceable.name) return 'done';
  const from = ownFile(context, record, found);
  const to = (flags & RENAME_EXCHANGE) === 0 ? replaceable : ownFile(context, record, replaceable);
  // rename(2): two names of one file stay as they are, and the call succeeds.
  if (to.file === from.file) return 'done';
  // The kernel does not put a directory below itself: another record must be missing before this one.
  if (model.isBelowItself(from.file, to.parent)) return 'too-early';
  if (model.state.typeOf(from.file) === 'dir') model.addTree(from.file);
  if ((flags & RENAME_EXCHANGE) !== 0) {
    if (to.file === 0 || model.isBelowItself(to.file, from.parent)) return 'too-early';
    if (model.state.typeOf(to.file) === 'dir') model.addTree(to.file);
    context.emit(record, { kind: 'path.exchange', file: from.file, path: from.path, newPath: to.path, other: to.file });
  } else {
    context.emit(record, {
      kind: 'path.rename',
      file: from.file,
      path: from.path,
      newPath: to.path,
      replaced: to.file,
    });
  }
  model.namesChanged(from.file, from.path);
  context.opened.renamed(from.file, from, to);
  if (to.file !== 0) model.namesChanged(to.file, to.path);
  if ((flags & RENAME_EXCHANGE) !== 0) context.opened.renamed(to.file, to, from);
  if ((flags & RENAME_WHITEOUT) !== 0) {
    const attributes = { mode: S_IFCHR, uid: record.u32('fsuid'), gid: record.u32('fsgid') };
    context.emit(record, { kind: 'node.create', file: model.newFile(), path: from.path, rdev: 0, ...attributes });
  }
  return 'done';
}

function linked(context: Context, record: RawRecord, names: CallNames, flags: number): Outcome {
  const { model } = context;
  const byDescriptor = record.u64('ino') !== 0 ? model.fileOf(record.identity()) : undefined;
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0;
  const found = byDescriptor === undefined ? model.existing(names.base1, names.path1, { follow }) : undefined;
  const place = freePlace(context, names.base2, names.path2);
  if ((byDescriptor === undefined && !found?.file) || place === undefined) return 'too-early';
  const { file: source, path } =
    found === undefined
      ? { file: byDescriptor ?? 0, path: context.opened.pathOf(record.tid, byDescriptor ?? 0) }
      : ownFile(context, record, found);
  context.emit(record, { kind: 'link.create', file: source, path, newPath: place.path });
  model.namesChanged(source);
  return 'done';
}

/** symlink(target, name): the first string is kept as it is. */
function symlinked(context: Context, record: RawRecord, names: CallNames): Outcome {
  const place = freePlace(context, names.base2, names.path2);
  if (place === undefined) return 'too-early';
  const file = context.model.newFile();
  const attributes = attributesOf(context, record, place, S_IFLNK, 0o777);
  const mode = S_IFLNK | 0o777; // the umask does not apply to links
  context.emit(record, { kind: 'symlink.create', file, path: place.path, ...attributes, mode, target: names.path1 });
  return 'done';
}

function madeNode(context: Context, record: RawRecord, names: CallNames, modeArg: number): Outcome {
  return makeNode(context, record, names, { mode: record.arg32(modeArg), rdev: record.arg32(modeArg + 1) >>> 0 });
}

function makeNode(
  context: Context,
  record: RawRecord,
  names: CallNames,
  asked: { mode: number; rdev: number },
): Outcome {
  const place = freePlace(context, names.base1, names.path1);
  if (place === undefined) return 'too-early';
  const file = context.model.newFile();
  if (isRegularType(asked.mode)) {
    const attributes = attributesOf(context, record, place, S_IFREG, asked.mode & 0o7777);
    context.emit(record, { kind: 'file.create', file, path: place.path, ...attributes });
  } else {
    const type = asked.mode & S_IFMT;
    const attributes = attributesOf(context, record, place, type, asked.mode & 0o7777);
    const rdev = type === S_IFCHR || type === 0o060000 ? asked.rdev : 0;
    context.emit(record, { kind: 'node.create', file, path: place.path, ...attributes, rdev });
  }
  return 'done';
}

/** `list`: what becomes of the access control list; undefined: nothing. */
function modeSet(
  context: Context,
  record: RawRecord,
  { file, path }: Target,
  mode: number,
  list?: Uint8Array | null,
): void {
  const also = list === undefined ? undefined : { mode: null, xattrs: { [ACL_ACCESS]: list } };
  context.emit(record, withSideEffects({ kind: 'meta.mode', file, path, mode: mode & 0o7777 } as const, also));
}

/** chmod: the list of a file that has one follows, and set-group-id is refused to who is not of the group. */
function chmodded(context: Context, record: RawRecord, at: Target, asked: number): void {
  const list = nodeOf(context, at.file).xattrs?.get(ACL_ACCESS);
  const known = modeAfterCall(record);
  modeSet(context, record, at, known ?? asked, list ? listAfterChmod(list, asked) : undefined);
  const maySetGid = record.u32('fsuid') === 0 || record.u32('fsgid') === nodeOf(context, at.file).gid;
  if (known === undefined && (asked & S_ISGID) !== 0 && !maySetGid) {
    context.doubt(record, 'whether the user is in the group that set-group-id is asked for is not known', at);
  }
}

function ownerSet(context: Context, record: RawRecord, { file, path }: Target, uidArg: number): void {
  const before = nodeOf(context, file);
  const owner = ownerAfterChown(before, record.arg32(uidArg), record.arg32(uidArg + 1));
  const lost = lostRights(context, file, modeAfterChown(before.mode));
  context.emit(record, withSideEffects({ kind: 'meta.owner', file, path, ...owner } as const, lost));
}

function timesSet(context: Context, record: RawRecord, { file, path }: Target, times: Times | 'omitted'): void {
  if (times !== 'omitted') context.emit(record, { kind: 'meta.times', file, path, ...times });
}

function xattrSet(context: Context, record: RawRecord, { file, path }: Target, extra: Buffer): void {
  const end = extra.indexOf(0);
  const name = extra.toString('utf8', 0, end);
  const value = Buffer.from(extra.subarray(end + 1));
  const list = name === ACL_ACCESS ? accessList(value) : undefined;
  const set = { kind: 'meta.xattr', file, path, name, value } as const;
  if (list === undefined) {
    context.emit(record, set);
    return;
  }
  const node = nodeOf(context, file);
  const mode = (node.mode & 0o7000) | list.permissions;
  if (!list.isMinimal) context.emit(record, withSideEffects(set, { mode, xattrs: {} }));
  else modeSet(context, record, { file, path }, mode, node.xattrs?.get(ACL_ACCESS) ? null : undefined);
}

function xattrRemoved(context: Context, record: RawRecord, { file, path }: Target, extra: Buffer): void {
  const name = extra.toString('utf8', 0, extra.indexOf(0));
  context.emit(record, { kind: 'meta.xattr', file, path, name, value: null });
}
