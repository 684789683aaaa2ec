/**
 * The payload of each kind as columns: a new kind, or a new field of one, breaks the build until it stands here.
 * The order of the fields is their number on disk: new ones go to the end, none is ever taken out or moved.
 */
import type { EventOf } from '../events/event.js';
import { KIND_BY_CODE, KINDS } from '../events/kinds.js';
import type { Kind } from '../events/kinds.js';
import { invariant } from '../errors.js';
import type { FieldCodec } from './field-codecs.js';
import {
  attributeName,
  bool,
  bytes,
  clock,
  dataRef,
  later,
  nullable,
  offset,
  outputRef,
  path,
  sint,
  target,
  text,
  texts,
  truth,
  uint,
} from './field-codecs.js';

type PayloadField<K extends Kind> = Exclude<keyof EventOf<K>, keyof EventOf<'sync.all'>>;
type Fields<K extends Kind> = { readonly [F in PayloadField<K>]: FieldCodec<EventOf<K>[F]> };

const created = { mode: uint, uid: sint, gid: sint };

export const EVENT_FIELDS: { readonly [K in Kind]: Fields<K> } = {
  'file.create': created,
  'file.write': { offset, length: uint, data: dataRef },
  'file.truncate': { sizeBytes: uint },
  'file.allocate': { mode: sint, offset, length: uint },
  'file.copy': { offset, length: uint, from: uint, fromOffset: uint, data: nullable(dataRef) },
  'file.sync': { offset, length: uint, data: dataRef },
  'dir.create': created,
  'dir.remove': {},
  'link.create': { newPath: path },
  'symlink.create': { ...created, target },
  'node.create': { ...created, rdev: uint },
  'path.rename': { newPath: path, replaced: uint },
  'path.exchange': { newPath: path, other: uint },
  'path.unlink': {},
  'meta.mode': { mode: uint },
  'meta.owner': { uid: sint, gid: sint },
  'meta.times': { atimeNs: nullable(clock), mtimeNs: nullable(clock), mtimeNow: bool },
  'meta.xattr': { name: attributeName, value: nullable(bytes) },
  'meta.flags': { flags: uint, mask: uint, project: nullable(uint) },
  'sync.file': { dataOnly: bool },
  'sync.all': {},
  'proc.fork': { childPid: sint, childProc: uint },
  'proc.exec': { argv: texts, exe: text, cwd: text },
  'proc.exit': { code: sint, signal: sint },
  'output.write': { fd: sint, length: uint, data: outputRef },
  gap: { cause: text, lost: uint, offset: uint, length: uint },
  resync: { truth: nullable(truth), data: nullable(dataRef), nlink: later(uint) },
};

/** Columns 0…15 are common to all kinds; the others are 16 × code + number of the field. */
export const COLUMNS_PER_KIND = 16;

export interface FieldColumn {
  readonly name: string;
  readonly column: number;
  readonly codec: FieldCodec<unknown>;
}

export interface KindLayout {
  readonly kind: Kind;
  readonly code: number;
  readonly fields: readonly FieldColumn[];
}

/** By code on disk; holes where no kind is. */
export const LAYOUTS: readonly (KindLayout | undefined)[] = layouts();

function layouts(): (KindLayout | undefined)[] {
  const byCode: (KindLayout | undefined)[] = [];
  for (const [code, kind] of KIND_BY_CODE) {
    const fields = Object.entries(EVENT_FIELDS[kind]).map(([name, codec], i) => ({
      name,
      column: COLUMNS_PER_KIND * KINDS[kind].code + i,
      codec: codec as FieldCodec<unknown>,
    }));
    invariant(fields.length <= COLUMNS_PER_KIND, `${kind} has too many fields`);
    byCode[code] = { kind, code, fields };
  }
  return byCode;
}
