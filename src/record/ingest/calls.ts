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
import { type CallNames, namesOf } from './call-names.js';
import { type Context, freePlace, type Outcome } from './context.js';
import { lostRights, modeAfterCall, withSideEffects } from './lost-rights.js';
import { ownFile } from './own-file.js';
import type { Place } from './model.js';
import { mounted, mountMoved, pivoted, unmounted } from './mount-calls.js';
import { absolute } from './mount-views.js';
import type { RawRecord } from './raw-record.js';

type Handler = (context: Context, record: RawRecord, names: CallNames) => Outcome;

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;
const S_IFSOCK = 0o140000;
const S_ISGID = 0o2000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_FOLLOW = 0x400;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;

/** System call number (x86-64) to what its success means. One row a call; bpf/events captures exactly these. */
const HANDLERS: Readonly<Record<number, Handler>> = {
  2: opened,
  85: opened,
  257: opened,
  437: opened,
  9: (context, record) => onFile(context, record, (file) => context.mapShared(record, file)),
  49: (context, record, names) => makeNode(context, record, names, { mode: S_IFSOCK | 0o777, rdev: 0 }),
  74: (context, record) => synced(context, record, false),
  75: (context, record) => synced(context, record, true),
  162: syncedAll,
  306: syncedAll,
  76: (context, record, names) =>
    onPath(context, record, names, true, (at) => truncated(context, record, at.file, at.path, Number(record.arg(1)))),
  77: (context, record) =>
    onFile(context, record, (file, path) => truncated(context, record, file, path, Number(record.arg(1)))),
  82: (context, record, names) => renamed(context, record, names, 0),
  264: (context, record, names) => renamed(context, record, names, 0),
  316: (context, record, names) => renamed(context, record, names, record.arg32(4)),
  83: (context, record, names) => madeDir(context, record, names, record.arg32(1)),
  258: (context, record, names) => madeDir(context, record, names, record.arg32(2)),
  84: removedDir,
  87: unlinked,
  263: (context, record, names) =>
    (record.arg32(2) & AT_REMOVEDIR) !== 0 ? removedDir(context, record, names) : unlinked(context, record, names),
  86: (context, record, names) => linked(context, record, names, 0),
  265: (context, record, names) => linked(context, record, names, record.arg32(4)),
  88: symlinked,
  266: symlinked,
  90: (context, record, names) =>
    onPath(context, record, names, true, (at) => chmodded(context, record, at, record.arg32(1))),
  91: (context, record) =>
    onFile(context, record, (file, path) => chmodded(context, record, { file, path }, record.arg32(1))),
  268: (context, record, names) =>
    onPath(context, record, names, true, (at) => chmodded(context, record, at, record.arg32(2))),
  452: (context, record, names) =>
    onPath(context, record, names, (record.arg32(3) & AT_SYMLINK_NOFOLLOW) === 0, (at) =>
      chmodded(context, record, at, record.arg32(2)),
    ),
  92: (context, record, names) => onPath(context, record, names, true, (at) => ownerSet(context, record, at, 1)),
  94: (context, record, names) => onPath(context, record, names, false, (at) => ownerSet(context, record, at, 1)),
  93: (context, record) => onFile(context, record, (file, path) => ownerSet(context, record, { file, path }, 1)),
  260: (context, record, names) =>
    onPath(context, record, names, (record.arg32(4) & AT_SYMLINK_NOFOLLOW) === 0, (at) =>
      ownerSet(context, record, at, 2),
    ),
  132: (context, record, names) =>
    onPath(context, record, names, true, (at) => timesSet(context, record, at, timesOfUtimbuf(names.extra))),
  235: (context, record, names) =>
    onPath(context, record, names, true, (at) => timesSet(context, record, at, timesOfTimevals(names.extra))),
  261: (context, record, names) =>
    onPath(context, record, names, true, (at) => timesSet(context, record, at, timesOfTimevals(names.extra))),
  280: (context, record, names) =>
    onPath(context, record, names, (record.arg32(3) & AT_SYMLINK_NOFOLLOW) === 0, (at) =>
      timesSet(context, record, at, timesOfTimespecs(names.extra)),
    ),
  133: (context, record, names) => madeNode(context, record, names, 1),
  259: (context, record, names) => madeNode(context, record, names, 2),
  188: (context, record, names) =>
    onPath(context, record, names, true, (at) => xattrSet(context, record, at, names.extra)),
  189: (context, record, names) =>
    onPath(context, record, names, false, (at) => xattrSet(context, record, at, names.extra)),
  190: (context, record, names) =>
    onFile(context, record, (file, path) => xattrSet(context, record, { file, path }, names.extra)),
  197: (context, record, names) =>
    onPath(context, record, names, true, (at) => xattrRemoved(context, record, at, names.extra)),
  198: (context, record, names) =>
    onPath(context, record, names, false, (at) => xattrRemoved(context, record, at, names.extra)),
  199: (context, record, names) =>
    onFile(context, record, (file, path) => xattrRemoved(context, record, { file, path }, names.extra)),
  155: pivoted,
  165: mounted,
  166: unmounted,
  429: mountMoved,
  285: (context, record) =>
    onFile(context, record, (file, path) => {
      const [mode, offset, length] = [record.arg32(1), Number(record.arg(2)), Number(record.arg(3))];
      const allocated = { kind: 'file.allocate', file, path, mode, offset, length } as const;
      context.emit(record, withSideEffects(allocated, lostRights(context, file, modeAfterCall(record))));
    }),
};

/** Turns a call record into its event. */
export function handleCall(context: Context, record: RawRecord): Outcome {
  const handler = HANDLERS[record.u32('nr')];
  if (handler === undefined) return 'done';
  if (record.has(RECORD_FLAGS.before)) {
    context.renames.add(record, context.views.translate(record.pid, namesOf(record)));
    return 'done';
  }
  const names = meaning(context, record);
  if (record.u64('ino') === 0 && names.path1 !== '' && onlyPseudo(context, record, names)) return 'done';
  return handler(context, record, names);
}

/** The call's strings, as paths of the recording. */
function meaning(context: Context, record: RawRecord): CallNames {
  const names = namesOf(record);
  const translated = context.views.translate(record.pid, names);
  return SYMLINK_CALLS.has(record.u32('nr')) ? { ...translated, path1: names.path1 } : translated;
}

/** The call changed a filesystem that holds no data. Of a symbolic link the first string is no place. */
function onlyPseudo({ pseudo }: Context, record: RawRecord, { base1, path1, base2, path2 }: CallNames): boolean {
  const isSymlink = SYMLINK_CALLS.has(record.u32('nr'));
  return pseudo.holds(isSymlink ? absolute(base2, path2) : absolute(base1, path1));
}

const SYMLINK_CALLS: ReadonlySet<number> = new Set([88, 266]);

/** A file or directory that something changes. */
type Target = Pick<Place, 'file' | 'path'>;

function onFile(context: Context, record: RawRecord, act: (file: number, path: string) => void): Outcome {
  const file = context.model.fileOf(record.identity());
  if (file === undefined) return context.force ? unknownTarget(context, record) : 'too-early';
  act(file, context.opened.pathOf(record.tid, file));
  return 'done';
}

/** The kernel programs name the inode themselves where the string is empty or a magic link (/proc/self/fd/N). */
function onPath(
  context: Context,
  record: RawRecord,
  names: CallNames,
  follow: boolean,
  act: (at: Target) => void,
): Outcome {
  if (record.u64('ino') !== 0) return onFile(context, record, (file, path) => act({ file, path }));
  const at = context.model.existing(names.base1, names.path1 || '.', { follow });
  if (at === undefined || at.file === 0) return 'too-early';
  act(ownFile(context, record, at));
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
    const at = model.existing('/', path, { follow: false });
    const file = model.fileOf(id) ?? (at === undefined ? 0 : ownFile(context, record, at).file);
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

function truncated(context: Context, record: RawRecord, file: number, path: string, sizeBytes: number): void {
  const cut = { kind: 'file.truncate', file, path, sizeBytes } as const;
  // truncate(2) names no inode to read the mode from. Root has the capability to keep the bits, others have not.
  const after = record.u32('fsuid') === 0 ? undefined : modeAfterChown(nodeOf(context, file).mode);
  context.emit(record, withSideEffects(cut, lostRights(context, file, modeAfterCall(record) ?? after)));
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

function nodeOf(context: Context, file: number): Pick<BaseNode, 'mode' | 'uid' | 'gid'> & Partial<Pick<Rec, 'xattrs'>> {
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
  const { base1, path1, base2, path2 } = context.renames.before(record) ?? names;
  const found = model.existing(base1, path1, { follow: false });
  if (found === undefined || found.file === 0) return 'too-early';
  const replaceable = model.noted(base2, path2, record.exitedNs);
  if (replaceable === undefined) return 'too-early';
  if (found.parent === replaceable.parent && found.name === replaceable.name) return 'done';
  const from = ownFile(context, record, found);
  const to = (flags & RENAME_EXCHANGE) === 0 ? replaceable : ownFile(context, record, replaceable);
  // rename(2): two names of one file stay as they are, and the call succeeds.
  if (to.file === from.file) return 'done';
  if (model.state.typeOf(from.file) === 'dir') model.addTree(from.file);
  if ((flags & RENAME_EXCHANGE) !== 0) {
    if (to.file === 0) return 'too-early';
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
