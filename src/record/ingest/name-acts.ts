import { RECORD_FLAGS } from '../../events/abi.js';
import { type Call, callOf } from '../../syscalls/lookup.js';
import type { Operands } from '../../syscalls/row.js';
import type { DecoderName } from '../../syscalls/table.js';
import { namesOf } from './call-names.js';
import type { Model } from './model.js';
import { type NameAct, UNNAMED } from './name-state.js';
import { AT_SYMLINK_FOLLOW, flagsOf, follows } from './operands.js';
import { identityKey, type RawRecord } from './raw-record.js';

/** What a call does to the names in its record. */
type Act = (names: Names) => NameAct | NoAct;

/** none: no name, and no mode or owner. unclear: it may change what a name stands for, or what stands there, but which is not told. */
export type NoAct = 'none' | 'unclear';

interface Names {
  record: RawRecord;
  model: Model;
  /** Its row of the table says where its operands are. */
  at: Operands;
  /** The paths of its two strings, links not followed; undefined where the model knows of no such directory. */
  first: string | undefined;
  second: string | undefined;
  /** The path of what the first string names, links followed where the call does. */
  target: () => string | undefined;
}

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;

/** By decoder, as calls.ts. What is not here changes no name, and what it does to a file is not looked for. */
const ACTS: Readonly<Partial<Record<DecoderName, Act>>> = {
  open: opened,
  rename: renamed,
  link: linked,
  unlink: removed,
  unlinkat: removed,
  rmdir: removed,
  bind: ({ first }) => made(first),
  mkdir: ({ first }) => made(first),
  mknod: ({ first }) => made(first),
  symlink: ({ second }) => made(second),
  chmod: (names) => used(names, (value) => ({ mode: names.record.arg32(value) & 0o777 })),
  chown: (names) => used(names, (value) => ownerOf(names.record, value)),
};

/** A call, as far as names are concerned, and the paths of its strings. */
export interface NamedAct {
  readonly act: NameAct;
  readonly paths: readonly [first: string | undefined, second: string | undefined];
}

/** In a mount namespace of the command's own strings mean something else: unclear. */
export function actOf(model: Model, record: RawRecord): NamedAct | NoAct {
  if (record.has(RECORD_FLAGS.before)) return 'none';
  const call = record.has(RECORD_FLAGS.compat) ? undefined : callOf(record.u32('nr'));
  if (call === undefined) return 'unclear';
  const does = call.decoder === undefined ? undefined : ACTS[call.decoder as DecoderName];
  if (does === undefined) return changesPaths(call) ? 'unclear' : 'none';
  const { base1, path1, base2, path2, namespace } = namesOf(record);
  if (namespace !== 0) return 'unclear';
  const { at = {} } = call;
  const place = (base: string, path: string) => (path === '' ? undefined : model.place(base, path)?.path);
  const paths = [place(base1, path1), place(base2, path2)] as const;
  const target = () => model.existing(base1, path1, { follow: follows(record, at) })?.path;
  const act = does({ record, model, at, first: paths[0], second: paths[1], target });
  return typeof act === 'string' ? act : { act, paths };
}

function changesPaths({ changes }: Call): boolean {
  return changes === 'names' || changes === 'mounts' || changes === 'view';
}

/** The record names the file itself, by its first list of names. */
function opened({ record, model }: Names): NameAct | NoAct {
  if (!record.has(RECORD_FLAGS.created) || record.has(RECORD_FLAGS.unnamed)) return 'none';
  const path = record.walked(0, record.u16('base1_len')).path;
  return { does: 'make', path, as: model.fileOf(record.identity()) ?? identityKey(record.identity()) };
}

function renamed({ record, at, first, second }: Names): NameAct | NoAct {
  if (first === undefined || second === undefined) return 'unclear';
  const flags = flagsOf(record, at);
  if ((flags & RENAME_EXCHANGE) !== 0) return { does: 'swap', from: first, to: second };
  const [leaves, keeps] = [(flags & RENAME_WHITEOUT) !== 0, (flags & RENAME_NOREPLACE) !== 0];
  return { does: 'move', from: first, to: second, leaves, keeps };
}

function linked({ record, model, at, first, second }: Names): NameAct | NoAct {
  if (second === undefined) return 'unclear';
  if (record.u64('ino') !== 0) return { does: 'make', path: second, as: model.fileOf(record.identity()) ?? UNNAMED };
  if (first === undefined || (flagsOf(record, at) & AT_SYMLINK_FOLLOW) !== 0) return 'unclear';
  return { does: 'link', from: first, to: second };
}

function removed({ first }: Names): NameAct | NoAct {
  return first === undefined ? 'unclear' : { does: 'remove', path: first };
}

function made(path: string | undefined): NameAct | NoAct {
  return path === undefined ? 'unclear' : { does: 'make', path, as: UNNAMED };
}

/** A call on what its string names. One on a descriptor may change the same file. */
function used(
  { record, at, target }: Names,
  sets: (value: number) => { mode?: number; owner?: string },
): NameAct | NoAct {
  const path = record.u64('ino') === 0 ? target() : undefined;
  return path === undefined || at.value === undefined ? 'unclear' : { does: 'use', path, ...sets(at.value) };
}

function ownerOf(record: RawRecord, uidArg: number): { owner?: string } {
  const [uid, gid] = [record.arg32(uidArg), record.arg32(uidArg + 1)];
  return uid === -1 || gid === -1 ? {} : { owner: `${uid}:${gid}` };
}
