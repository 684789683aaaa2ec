import { RECORD_FLAGS } from '../../events/abi.js';
import { namesOf } from './call-names.js';
import type { Model } from './model.js';
import { type NameAct, UNNAMED } from './name-state.js';
import { identityKey, type RawRecord } from './raw-record.js';

/** What a call does to the names in its record. */
type Act = (names: Names) => NameAct | undefined;

interface Names {
  record: RawRecord;
  model: Model;
  /** The paths of its two strings, links not followed; undefined where the model knows of no such directory. */
  first: string | undefined;
  second: string | undefined;
  /** The path of the first string, links followed. */
  target: () => string | undefined;
}

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;

/** By system call number (x86-64). What is not here changes no name, and what it does to a file is not looked for. */
const ACTS: Readonly<Record<number, Act>> = {
  2: opened,
  85: opened,
  257: opened,
  437: opened,
  82: (names) => renamed(names, 0),
  264: (names) => renamed(names, 0),
  316: (names) => renamed(names, names.record.arg32(4)),
  86: linked,
  265: linked,
  84: removed,
  87: removed,
  263: removed,
  49: made,
  83: made,
  133: made,
  258: made,
  259: made,
  88: ({ second }) => (second === undefined ? undefined : { does: 'make', path: second, as: UNNAMED }),
  266: ({ second }) => (second === undefined ? undefined : { does: 'make', path: second, as: UNNAMED }),
  90: (names) => used(names, { mode: names.record.arg32(1) & 0o7777 }),
  268: (names) => used(names, { mode: names.record.arg32(2) & 0o7777 }),
  92: (names) => used(names, ownerOf(names, 1)),
  260: (names) => used(names, ownerOf(names, 2)),
};

/** A call, as far as names are concerned, and the paths of its strings. */
export interface NamedAct {
  readonly act: NameAct;
  readonly paths: readonly [first: string | undefined, second: string | undefined];
}

/** undefined: nothing that changes names, or in a mount namespace of the command's own, where strings mean something else. */
export function actOf(model: Model, record: RawRecord): NamedAct | undefined {
  const does = record.has(RECORD_FLAGS.before) ? undefined : ACTS[record.u32('nr')];
  if (does === undefined) return undefined;
  const { base1, path1, base2, path2, namespace } = namesOf(record);
  if (namespace !== 0) return undefined;
  const place = (base: string, path: string) => (path === '' ? undefined : model.place(base, path)?.path);
  const paths = [place(base1, path1), place(base2, path2)] as const;
  const target = () => model.existing(base1, path1, { follow: true })?.path;
  const act = does({ record, model, first: paths[0], second: paths[1], target });
  return act === undefined ? undefined : { act, paths };
}

/** The record names the file itself, by its first list of names. */
function opened({ record, model }: Names): NameAct | undefined {
  if (!record.has(RECORD_FLAGS.created) || record.has(RECORD_FLAGS.unnamed)) return undefined;
  const path = record.walked(0, record.u16('base1_len')).path;
  return { does: 'make', path, as: model.fileOf(record.identity()) ?? identityKey(record.identity()) };
}

function renamed({ first, second }: Names, flags: number): NameAct | undefined {
  if (first === undefined || second === undefined) return undefined;
  if ((flags & RENAME_EXCHANGE) !== 0) return { does: 'swap', from: first, to: second };
  const [leaves, keeps] = [(flags & RENAME_WHITEOUT) !== 0, (flags & RENAME_NOREPLACE) !== 0];
  return { does: 'move', from: first, to: second, leaves, keeps };
}

function linked({ record, model, first, second }: Names): NameAct | undefined {
  if (second === undefined) return undefined;
  if (record.u64('ino') !== 0) return { does: 'make', path: second, as: model.fileOf(record.identity()) ?? UNNAMED };
  return first === undefined ? undefined : { does: 'link', from: first, to: second };
}

function removed({ first }: Names): NameAct | undefined {
  return first === undefined ? undefined : { does: 'remove', path: first };
}

function made({ first }: Names): NameAct | undefined {
  return first === undefined ? undefined : { does: 'make', path: first, as: UNNAMED };
}

/** A call on what its string names; one on a descriptor is none. */
function used({ record, target }: Names, what: { mode?: number; owner?: string }): NameAct | undefined {
  const path = record.u64('ino') === 0 ? target() : undefined;
  return path === undefined ? undefined : { does: 'use', path, ...what };
}

function ownerOf({ record }: Names, uidArg: number): { owner?: string } {
  const [uid, gid] = [record.arg32(uidArg), record.arg32(uidArg + 1)];
  return uid === -1 || gid === -1 ? {} : { owner: `${uid}:${gid}` };
}
