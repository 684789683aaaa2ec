import type { DkEvent, EventOf, SideEffects } from '../events/event.js';
import type { Kind, KINDS } from '../events/kinds.js';
import { FALLOC } from '../linux/fallocate.js';
import { Attributes } from './attributes.js';
import { typeOfMode } from './base-node.js';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/modes.js';
import { countOf, totalOf } from './balanced.js';
import {
  collapseExtents,
  type Extents,
  insertHole,
  pasteExtents,
  resizeExtents,
  sliceExtents,
  wholeExtents,
  writeExtents,
} from './extents.js';
import type { StateBuilder } from './state-builder.js';
import { HOLE, UNKNOWN } from './types.js';

/** Kinds that change a state: those that change the filesystem, and gaps, which change what is known of it. */
type ChangingKind = { [K in Kind]: (typeof KINDS)[K]['changes'] extends true ? K : never }[Kind] | 'gap';
type Applier<K extends Kind> = (model: StateBuilder, event: EventOf<K>) => void;

/** state(n) = state(n-1) with the n-th event's applier. Events carry results, so no applier decides what the kernel would do. */
const APPLIERS: { [K in ChangingKind]: Applier<K> } = {
  'file.create': (model, event) => {
    const rec = model.create(event.file, withType(event.mode, S_IFREG), event.uid, event.gid);
    if (rec !== undefined) name(model, event.path, event.file);
  },
  'file.write': (model, event) => write(model, event.file, event.offset, event.length, event.data),
  'file.sync': (model, event) => write(model, event.file, event.offset, event.length, event.data),
  'file.truncate': (model, { file, sizeBytes }) => {
    if (isRange(model, sizeBytes, 0)) changeContent(model, file, (content) => resizeExtents(content, sizeBytes));
  },
  'file.allocate': (model, { file, mode, offset, length }) => {
    if (isRange(model, offset, length))
      changeContent(model, file, (content) => allocate(content, mode, offset, length));
  },
  'file.copy': (model, event) => {
    const { file, offset, length, from, fromOffset, data } = event;
    if (data !== null) write(model, file, offset, length, data);
    else if (isRange(model, offset, length) && isRange(model, fromOffset, length)) {
      const copied = copyOf(model, from, fromOffset, length);
      changeContent(model, file, (content) => pasteExtents(content, offset, copied));
    }
  },
  'dir.create': (model, event) => {
    const rec = model.create(event.file, withType(event.mode, S_IFDIR), event.uid, event.gid);
    if (rec !== undefined) name(model, event.path, event.file);
  },
  'dir.remove': (model, event) => removeName(model, event.path),
  'path.unlink': (model, event) => removeName(model, event.path),
  'link.create': (model, event) => {
    if (model.touch(event.file) !== undefined) name(model, event.newPath, event.file);
  },
  'symlink.create': (model, event) => {
    const rec = model.create(event.file, withType(event.mode, S_IFLNK), event.uid, event.gid);
    if (rec === undefined) return;
    rec.target = event.target;
    name(model, event.path, event.file);
  },
  'node.create': (model, event) => {
    const rec = model.create(event.file, event.mode, event.uid, event.gid);
    if (rec === undefined) return;
    rec.rdev = event.rdev;
    name(model, event.path, event.file);
  },
  'path.rename': (model, event) => {
    const from = model.place(event.path);
    const to = model.place(event.newPath);
    if (from === undefined || to === undefined) return;
    const standing = model.child(from.parent, from.name);
    if (standing === 0) model.problem(`nothing stands at ${event.path}`);
    const file = standing || event.file;
    const replaced = model.child(to.parent, to.name);
    // rename(2): two names of one file stay as they are.
    if (file === replaced || model.edit(file) === undefined) return;
    model.touch(file);
    if (replaced !== 0) model.touch(replaced);
    model.unlink(from);
    model.link(to, file);
  },
  'path.exchange': (model, event) => {
    const a = model.place(event.path);
    const b = model.place(event.newPath);
    if (a === undefined || b === undefined) return;
    const atA = model.child(a.parent, a.name);
    const atB = model.child(b.parent, b.name);
    if (atA === 0 || atB === 0) {
      model.problem(`nothing stands at ${atA === 0 ? event.path : event.newPath}`);
      return;
    }
    if (atA === atB) return;
    model.touch(atA);
    model.touch(atB);
    model.unlink(a);
    model.unlink(b);
    model.link(a, atB);
    model.link(b, atA);
  },
  'meta.mode': (model, event) => {
    const rec = model.touch(event.file);
    if (rec !== undefined) rec.mode = (rec.mode & S_IFMT) | (event.mode & 0o7777);
  },
  'meta.owner': (model, event) => {
    const rec = model.touch(event.file);
    if (rec === undefined) return;
    rec.uid = event.uid;
    rec.gid = event.gid;
  },
  'meta.times': (model, event) => {
    const rec = model.touch(event.file);
    if (rec === undefined) return;
    if (event.mtimeNs !== null || event.mtimeNow) rec.mtimeNs = event.mtimeNs;
  },
  'meta.xattr': (model, event) => {
    const rec = model.touch(event.file);
    if (rec !== undefined) rec.xattrs = (rec.xattrs ?? Attributes.none).with(event.name, event.value);
  },
  'meta.flags': (model, { file, flags, mask }) => {
    const rec = model.touch(file);
    if (rec === undefined || mask === 0) return;
    const { set, known } = rec.flags ?? { set: 0, known: 0 };
    rec.flags = { set: ((set & ~mask) | (flags & mask)) >>> 0, known: (known | mask) >>> 0 };
  },
  gap: (model, { file, offset, length }) => {
    if (file === 0) {
      model.doubtFrom = model.seq;
      return;
    }
    // A file that nobody knew of before the gap is made by the resync that follows.
    const rec = model.edit(file) === undefined ? undefined : model.touchContent(file);
    if (rec === undefined || !isRange(model, offset, length)) return;
    const end = length === 0 ? rec.sizeBytes : Math.min(offset + length, rec.sizeBytes);
    const start = length === 0 ? 0 : offset;
    if (end > start) rec.extents = pasteExtents(rec.extents, start, wholeExtents(end - start, UNKNOWN));
  },
  resync: (model, event) => resync(model, event),
};

/** Applies one event; events that change nothing only move the sequence number on. */
export function applyEvent(model: StateBuilder, event: DkEvent): void {
  model.seq = event.seq;
  const applier = (APPLIERS as Partial<Record<Kind, Applier<never>>>)[event.kind];
  applier?.(model, event as never);
  if (event.also !== undefined) applySideEffects(model, event.file, event.also);
}

function applySideEffects(model: StateBuilder, file: number, { mode, xattrs }: SideEffects): void {
  const rec = model.touch(file);
  if (rec === undefined) return;
  if (mode !== null) rec.mode = (rec.mode & S_IFMT) | (mode & 0o7777);
  const changed = Object.entries(xattrs);
  if (changed.length > 0) rec.xattrs = (rec.xattrs ?? Attributes.none).withAll(changed);
}

function name(model: StateBuilder, path: string, file: number): void {
  // O_TMPFILE makes a file without a name.
  const place = path === '' ? undefined : model.place(path);
  if (place !== undefined && model.rec(file) !== undefined) model.link(place, file);
}

function removeName(model: StateBuilder, path: string): void {
  const place = model.place(path);
  if (place === undefined) return;
  const file = model.child(place.parent, place.name);
  if (file === 0) {
    model.problem(`nothing stands at ${path}`);
    return;
  }
  model.touch(file);
  model.unlink(place);
}

function changeContent(model: StateBuilder, file: number, change: (content: Extents) => Extents): void {
  const rec = model.touchContent(file);
  if (rec !== undefined && rec.type === 'file') rec.extents = change(rec.extents);
}

function write(
  model: StateBuilder,
  file: number,
  offset: number,
  length: number,
  data: { stream: number; off: number },
): void {
  if (!isRange(model, offset, length) || !isRange(model, data.off, length)) return;
  const rec = model.touchContent(file);
  if (rec !== undefined && rec.type === 'file') {
    rec.extents = writeExtents(rec.extents, offset, length, data.stream, data.off);
  }
}

function allocate(content: Extents, mode: number, offset: number, length: number): Extents {
  const size = totalOf(content);
  if (mode & FALLOC.collapseRange) return collapseExtents(content, offset, length);
  if (mode & FALLOC.insertRange) return offset > size ? content : insertHole(content, offset, length);
  const end = mode & FALLOC.keepSize ? Math.min(size, offset + length) : offset + length;
  const sized = end > size ? resizeExtents(content, end) : content;
  const zeroes = (mode & (FALLOC.punchHole | FALLOC.zeroRange)) !== 0 && end > offset;
  return zeroes ? pasteExtents(sized, offset, wholeExtents(end - offset, HOLE)) : sized;
}

/**
 * More extents than copies may pile up in one file: sharing makes it cheap to double them again and again, and a forged
 * recording could make any number of them.
 */
const MOST_COPIED_EXTENTS = 2 ** 19;

/** The source's bytes as they are now; what the model does not have of them is unknown. */
function copyOf(model: StateBuilder, from: number, fromOffset: number, length: number): Extents {
  const rec = from === 0 ? undefined : model.edit(from);
  const isFile = rec !== undefined && rec.type === 'file';
  const certain = isFile && rec.certainAt >= model.doubtFrom && countOf(rec.extents) <= MOST_COPIED_EXTENTS;
  const copied = certain ? sliceExtents(rec.extents, fromOffset, length) : null;
  const missing = length - totalOf(copied);
  return pasteExtents(copied, totalOf(copied), wholeExtents(missing, UNKNOWN));
}

function resync(model: StateBuilder, { file, path, truth, data, nlink }: EventOf<'resync'>): void {
  if (file === 0 && truth === null && path === '') {
    model.doubtFrom = 0;
    return;
  }
  const place = path === '' ? undefined : model.place(path);
  if (truth === null) {
    if (place === undefined) return;
    const there = model.child(place.parent, place.name);
    if (there !== 0) model.touch(there);
    model.unlink(place);
    return;
  }
  const known = model.edit(file) !== undefined;
  const rec = known ? model.touch(file) : model.create(file, truth.mode, truth.uid, truth.gid);
  if (rec === undefined) return;
  if (rec.type !== 'dir' && typeOfMode(truth.mode) === 'dir' && model.mostNames(file) > 1) {
    model.impossible(`file ${file} cannot become a directory with several names`);
    return;
  }
  rec.mode = truth.mode;
  rec.uid = truth.uid;
  rec.gid = truth.gid;
  rec.rdev = truth.rdev;
  rec.target = truth.target;
  rec.xattrs = Attributes.of(Object.entries(truth.xattrs));
  rec.flags = null; // not part of the truth
  if (rec.type === 'file' && isRange(model, truth.sizeBytes, 0)) {
    if (data !== null) rec.extents = wholeExtents(truth.sizeBytes, data.stream, data.off);
    else if (truth.sizeBytes !== rec.sizeBytes) {
      rec.extents = pasteExtents(
        resizeExtents(rec.extents, Math.min(rec.sizeBytes, truth.sizeBytes)),
        rec.sizeBytes,
        wholeExtents(Math.max(0, truth.sizeBytes - rec.sizeBytes), UNKNOWN),
      );
    }
  } else {
    rec.extents = null;
  }
  rec.certainAt = model.seq;
  if (place !== undefined) model.link(place, file);
  if (nlink !== null) rec.nlink = nlink;
  rec.mtimeNs = truth.mtimeNs;
}

/** Numbers from a forged recording must not leave the range in which arithmetic is exact. */
function isRange(model: StateBuilder, offset: number, length: number): boolean {
  if (offset >= 0 && length >= 0 && Number.isSafeInteger(offset) && Number.isSafeInteger(offset + length)) return true;
  model.problem(`impossible range ${offset}+${length}`);
  return false;
}

function withType(mode: number, type: number): number {
  return (mode & S_IFMT) === 0 ? mode | type : mode;
}
