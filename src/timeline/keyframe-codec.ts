import { crc32 } from 'node:zlib';
import { wrongVersion } from '../cas/format-version.js';
import { ByteReader } from '../index/byte-reader.js';
import { ByteWriter } from '../index/byte-writer.js';
import { readAttribute } from '../index/field-codecs.js';
import { isName } from '../events/byte-string.js';
import { MOST } from '../events/limits.js';
import { Attributes } from './attributes.js';
import { countOf, totalOf } from './balanced.js';
import {
  type Extents,
  extentDifferences,
  extentsFrom,
  iterateExtents,
  pasteExtents,
  resizeExtents,
  wholeExtents,
} from './extents.js';
import { IntMap, MAX_KEY, Owner } from './int-map.js';
import { LinkNames } from './link-names.js';
import { NameEntry, nameDifferences, type NameTree, withNames } from './name-tree.js';
import { Rec } from './rec.js';
import { TreeState } from './state.js';
import { type ChangedRow, requireTree } from './tree-check.js';
import { type Extent, UNKNOWN } from './types.js';

/**
 * A keyframe is a state as its difference from an earlier keyframe, or from the base (parent 0). Content stands in it
 * only by reference.
 *
 *   uint version │ uint parent seq │ uint seq │ uint doubtFrom │ uint touched files │ uint recs │ rec … │ u32 crc32
 *   rec      uint file - file before │ uint flags │ uint mode, uid, gid, rdev, nlink
 *            [ref target] [bigint mtime] [uint n, n × (ref name, byte 0 │ byte 1 and bytes value)]
 *            [uint flags set, uint flags known]
 *            uint names, names × (uint parent, ref name)
 *            [extents] [uint n, n × (ref name, uint file)]        entries that changed since the parent
 *   extents  whole: uint n, n × (uint length, uint stream, uint off unless stream < 2)
 *            change: uint size │ uint n, n × (uint at - end before, uint length, uint stream, uint off unless …)
 *   ref      uint 0 and text, the first time; uint i for the i-th text of this keyframe
 */
const VERSION = 1;
const CRC_BYTES = 4;
const FLAG = {
  base: 1,
  touched: 2,
  target: 4,
  mtime: 8,
  xattrs: 16,
  certain: 32,
  content: 64,
  contentChange: 128,
  entries: 0x100,
  flags: 0x200,
} as const;
/** A change is only worth finding in content of more extents than this. */
const MIN_EXTENTS_FOR_CHANGE = 16;
const WHERE = 'A keyframe of the recording';

export function encodeKeyframe(parent: TreeState, state: TreeState): Uint8Array {
  const out = new ByteWriter(4096);
  const texts = new Map<string, number>();
  const changed = [...IntMap.differences(parent.recs, state.recs)];
  for (const value of [VERSION, parent.seq, state.seq, state.doubtFrom, state.touchedCount, changed.length]) {
    out.uint(value);
  }
  let before = 0;
  for (const [file, recBefore, rec] of changed) {
    if (rec === undefined) continue;
    out.uint(file - before);
    before = file;
    writeRec(out, texts, recBefore, rec, rec.certainAt >= state.doubtFrom);
  }
  out.uint32(crc32(out.view()));
  return Buffer.from(out.view());
}

/** Sequence number of the keyframe that this one builds on; 0 for the base. */
export function parentOfKeyframe(bytes: Uint8Array): number {
  const input = open(bytes);
  const version = input.uint();
  if (version !== VERSION) throw wrongVersion(WHERE, version, VERSION);
  const parent = input.uint();
  const seq = input.uint();
  if (parent >= seq) input.damaged(`it builds on keyframe ${parent}, which is not before ${seq}`);
  return parent;
}

/** `parent`: the state that parentOfKeyframe names. */
export function decodeKeyframe(bytes: Uint8Array, parent: TreeState): TreeState {
  const input = open(bytes);
  const [, , seq, doubtFrom, touchedCount] = readUints(input, 5) as [number, number, number, number, number];
  const owner = new Owner();
  const texts: string[] = [];
  let recs = parent.recs;
  let file = 0;
  const changed: ChangedRow[] = [];
  for (let left = input.count(); left > 0; left--) {
    file += input.uint();
    if (file <= 0 || file > MAX_KEY) input.damaged(`file ${file} is impossible`);
    const before = parent.recs.get(file);
    const entries: NameEntry[] = [];
    const rec = readRec(input, texts, file, before, seq, entries);
    recs = recs.set(file, rec, owner);
    if (rec.type === 'dir' || entries.length > 0) changed.push({ file, entries });
  }
  const state = new TreeState(parent.base, seq, recs, doubtFrom, touchedCount);
  requireTree(parent, state, changed);
  return state;
}

function open(bytes: Uint8Array): ByteReader {
  const body = bytes.subarray(0, Math.max(0, bytes.length - CRC_BYTES));
  const check = new ByteReader(bytes, WHERE, body.length);
  if (check.uint32() !== crc32(body)) check.damaged('its checksum is wrong');
  return new ByteReader(body, WHERE);
}

function writeRec(
  out: ByteWriter,
  texts: Map<string, number>,
  before: Rec | undefined,
  rec: Rec,
  certain: boolean,
): void {
  const change = contentChange(before, rec);
  const entries = before?.entries === rec.entries ? [] : [...nameDifferences(before?.entries ?? null, rec.entries)];
  out.uint(
    (rec.base ? FLAG.base : 0) |
      (rec.touched ? FLAG.touched : 0) |
      (rec.target === null ? 0 : FLAG.target) |
      (rec.mtimeNs === null ? 0 : FLAG.mtime) |
      (rec.xattrs === null ? 0 : FLAG.xattrs) |
      (certain ? FLAG.certain : 0) |
      (rec.extents === null ? 0 : FLAG.content) |
      (change === undefined ? 0 : FLAG.contentChange) |
      (entries.length === 0 ? 0 : FLAG.entries) |
      (rec.flags === null ? 0 : FLAG.flags),
  );
  for (const value of [rec.mode, rec.uid, rec.gid, rec.rdev, rec.nlink]) out.uint(value);
  if (rec.target !== null) writeRef(out, texts, rec.target);
  if (rec.mtimeNs !== null) out.bigint(rec.mtimeNs);
  if (rec.xattrs !== null) {
    out.uint(rec.xattrs.size);
    for (const [name, value] of rec.xattrs) {
      writeRef(out, texts, name);
      out.byte(value === null ? 0 : 1);
      if (value !== null) out.bytes(value);
    }
  }
  if (rec.flags !== null) {
    out.uint(rec.flags.set);
    out.uint(rec.flags.known);
  }
  out.uint(rec.names.size);
  for (const { parent, name } of rec.names) {
    out.uint(parent);
    writeRef(out, texts, name);
  }
  if (rec.extents !== null) writeExtentList(out, rec.extents, change);
  if (entries.length === 0) return;
  out.uint(entries.length);
  for (const [name, , file] of entries) {
    writeRef(out, texts, name);
    out.uint(file ?? 0);
  }
}

/** `changes` takes the entries that changed. */
function readRec(
  input: ByteReader,
  texts: string[],
  file: number,
  before: Rec | undefined,
  seq: number,
  changes: NameEntry[],
): Rec {
  const flags = input.uint();
  const [mode, uid, gid, rdev, nlink] = readUints(input, 5) as [number, number, number, number, number];
  const target = flags & FLAG.target ? readRef(input, texts, MOST.targetBytes) : null;
  const mtimeNs = flags & FLAG.mtime ? input.bigint() : null;
  const xattrs = flags & FLAG.xattrs ? readXattrs(input, texts) : null;
  const attributes = flags & FLAG.flags ? { set: input.uint(), known: input.uint() } : null;
  let names = LinkNames.none;
  for (let left = input.count(); left > 0; left--) names = names.with(input.uint(), readName(input, texts));
  let extents: Extents = null;
  if (flags & FLAG.contentChange) extents = readContentChange(input, before?.extents ?? null);
  else if (flags & FLAG.content) extents = readContent(input);
  let entries: NameTree = before?.entries ?? null;
  if (flags & FLAG.entries) {
    for (let left = input.count(); left > 0; left--) changes.push(new NameEntry(readName(input, texts), input.uint()));
    entries = withNames(entries, changes);
  }
  const certainAt = flags & FLAG.certain ? seq : 0;
  const [base, touched] = [(flags & FLAG.base) !== 0, (flags & FLAG.touched) !== 0];
  return new Rec(
    null,
    file,
    mode,
    uid,
    gid,
    rdev,
    nlink,
    target,
    mtimeNs,
    xattrs,
    attributes,
    base,
    touched,
    certainAt,
    names,
    extents,
    entries,
  );
}

/** The extents to put over the earlier content; undefined when writing all of them is as good. */
function contentChange(before: Rec | undefined, rec: Rec): Extent[] | undefined {
  const count = countOf(rec.extents);
  if (before === undefined || count < MIN_EXTENTS_FOR_CHANGE) return undefined;
  const changes: Extent[] = [];
  for (const extent of extentDifferences(before.extents, rec.extents)) {
    changes.push(extent);
    if (changes.length * 2 > count) return undefined;
  }
  return changes;
}

function writeExtentList(out: ByteWriter, extents: Extents, change: Extent[] | undefined): void {
  if (change !== undefined) out.uint(totalOf(extents));
  out.uint(change === undefined ? countOf(extents) : change.length);
  let end = 0;
  for (const { at, length, stream, off } of change ?? iterateExtents(extents)) {
    if (change !== undefined) out.uint(at - end);
    end = at + length;
    out.uint(length);
    out.uint(stream);
    if (stream > UNKNOWN) out.uint(off);
  }
}

function readContent(input: ByteReader): Extents {
  const pieces: Extent[] = [];
  let at = 0;
  for (let left = input.count(); left > 0; left--) {
    const piece = readPiece(input, at);
    pieces.push(piece);
    at += piece.length;
  }
  return extentsFrom(pieces);
}

function readContentChange(input: ByteReader, before: Extents): Extents {
  const size = input.uint();
  let extents = resizeExtents(before, size);
  let end = 0;
  for (let left = input.count(); left > 0; left--) {
    const { at, length, stream, off } = readPiece(input, end + input.uint());
    end = at + length;
    if (end > size) input.damaged('an extent reaches beyond its file');
    extents = pasteExtents(extents, at, wholeExtents(length, stream, off));
  }
  return extents;
}

function readPiece(input: ByteReader, at: number): Extent {
  const length = input.uint();
  const stream = input.uint();
  const off = stream > UNKNOWN ? input.uint() : 0;
  if (!Number.isSafeInteger(at + length) || !Number.isSafeInteger(off + length)) input.damaged('an extent is too long');
  return { at, length, stream, off };
}

function readXattrs(input: ByteReader, texts: string[]): Attributes {
  let xattrs = Attributes.none;
  for (let left = input.count(); left > 0; left--) {
    const name = readRef(input, texts, MOST.attributeNameBytes);
    xattrs = xattrs.with(name, input.byte() === 0 ? null : readAttribute(input));
  }
  return xattrs;
}

function writeRef(out: ByteWriter, texts: Map<string, number>, text: string): void {
  const known = texts.get(text);
  if (known !== undefined) {
    out.uint(known);
    return;
  }
  texts.set(text, texts.size + 1);
  out.uint(0);
  out.text(text);
}

function readName(input: ByteReader, texts: string[]): string {
  const name = readRef(input, texts, MOST.nameBytes);
  return isName(name) ? name : input.damaged('a name is not one that a file can have');
}

function readRef(input: ByteReader, texts: string[], mostBytes: number): string {
  const at = input.uint();
  if (at === 0) {
    const text = input.text(mostBytes);
    texts.push(text);
    return text;
  }
  const text = texts[at - 1] ?? input.damaged(`text ${at} was not given before`);
  if (text.length > mostBytes) input.damaged(`text ${at} is too long for what it is`);
  return text;
}

function readUints(input: ByteReader, count: number): number[] {
  return Array.from({ length: count }, () => input.uint());
}
