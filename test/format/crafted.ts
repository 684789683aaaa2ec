/** Recordings that a stranger crafted to make dk hang, fill memory or end in a defect. Each did. */
import { crc32 } from 'node:zlib';
import { sha256Of } from '../../src/cas/pack-format.js';
import { ByteWriter } from '../../src/index/byte-writer.js';
import { key, Section } from '../../src/index/keys.js';
import { encodePiece, encodeProcess } from '../../src/index/records.js';
import { eventEntries, type Forgery, numbered, ROOT, uints } from '../support/forged-bundle.js';

const OWNER = { mode: 0o644, uid: 0, gid: 0 };
const FILE = { kind: 'file.create', file: 100, path: `${ROOT}/f`, ...OWNER };
/** The root directory in the base manifest. */
const ROOT_FILE = 16;

/** Rows of meta 'externals': directories by file, parent and name. */
function externals(rows: readonly (readonly [file: number, parent: number, name: string])[]): Buffer {
  const out = new ByteWriter();
  out.uint(1);
  out.uint(rows.length);
  for (const [file, parent, name] of rows) {
    for (const value of [file, 0o040755, 1, 0, 0, 0, 0]) out.uint(value);
    out.text(`1:1:${file}`);
    out.bigint(0n);
    out.bigint(0n);
    out.byte(0);
    out.uint(1);
    out.uint(parent);
    out.text(name);
  }
  return Buffer.from(out.view());
}

/** A keyframe in which directory 100 stands in directory 101, and that in 100. */
function keyframeWithCycle(seq: number): Buffer {
  const out = new ByteWriter();
  for (const value of [1, 0, seq, 0, 3, 3]) out.uint(value);
  const rec = (step: number, parent: number, name: string, child: [string, number]): void => {
    out.uint(step);
    out.uint(0x100 | 2 | 32 | (step === ROOT_FILE ? 1 : 0));
    for (const value of [0o040755, 0, 0, 0, 1]) out.uint(value);
    out.uint(step === ROOT_FILE ? 0 : 1);
    if (step !== ROOT_FILE) {
      out.uint(parent);
      out.uint(0);
      out.text(name);
    }
    out.uint(1);
    out.uint(0);
    out.text(child[0]);
    out.uint(child[1]);
  };
  rec(ROOT_FILE, 0, '', ['a', 100]);
  rec(84, ROOT_FILE, 'a', ['b', 101]);
  rec(1, 100, 'b', ['a', 100]);
  out.uint32(crc32(out.view()));
  return Buffer.from(out.view());
}

/** A proof whose paths share all but a byte: short as it stands, long when it is unpacked. */
function proof(paths: number, step: string): Buffer {
  const out = new ByteWriter();
  for (const value of [1, 1, paths]) out.uint(value);
  for (let at = 0; at < paths; at++) {
    out.uint(at * step.length);
    out.text(step);
    out.byte(0);
  }
  return Buffer.from(out.view());
}

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const own = { stream: 201, off: 0 };
const BLOB = Buffer.alloc(1 << 20);

/** `refused`: what `dk tree` and the rest say; undefined where there is a right answer. */
export const CRAFTED: Readonly<Record<string, Forgery & { refused?: RegExp }>> = {
  'a base directory in itself': {
    events: [FILE],
    meta: { externals: externals([[ROOT_FILE, ROOT_FILE, 'loop']]) },
    refused: /directory 16 stands below itself/,
  },
  'base directories in each other, one of them renamed': {
    events: [FILE, { kind: 'path.rename', file: 5001, path: `${ROOT}/x`, newPath: `${ROOT}/y`, replaced: 0 }],
    meta: {
      externals: externals([
        [5001, ROOT_FILE, 'x'],
        [5001, 5001, 'loop'],
      ]),
    },
    refused: /directory 5001 stands below itself/,
  },
  'a keyframe with directories in each other': {
    events: many(1100, () => ({ kind: 'sync.all', file: 0, path: '' })),
    entries: [{ key: key(Section.keyframes, 1000), value: keyframeWithCycle(1000) }],
    refused: /Keyframe 1000 is damaged/,
  },
  '12,000 levels': {
    events: [FILE],
    meta: { externals: externals(many(12_000, (at) => [6000 + at, at === 0 ? ROOT_FILE : 5999 + at, 'd'])) },
  },
  'more levels than there may be': {
    events: [FILE],
    meta: { externals: externals(many(20_000, (at) => [6000 + at, at === 0 ? ROOT_FILE : 5999 + at, 'd'])) },
    refused: /too deep/,
  },
  'a link target of 400,000 parts': {
    events: [{ kind: 'symlink.create', file: 100, path: `${ROOT}/s`, ...OWNER, target: 'a/'.repeat(400_000) }],
    refused: /a text has 800000 bytes, and may have 4096/,
  },
  'a proof of paths that grow': { events: [FILE], meta: { proof: proof(100_000, 'a') } },
  'a proof of deep paths that grow': { events: [FILE], meta: { proof: proof(150_000, '/a') } },
  'arguments that take no bytes': {
    events: many(12, () => ({
      kind: 'proc.exec',
      file: 0,
      path: '',
      argv: many(200_000, () => ''),
      exe: '/x',
      cwd: '/',
    })),
    refused: /too many arguments/,
  },
  'a process with more arguments than any': {
    events: [FILE],
    entries: [
      {
        key: key(Section.processes, 1),
        value: encodeProcess({
          proc: 1,
          pid: 1,
          parent: 0,
          firstSeq: 1,
          lastSeq: 0,
          exe: '/x',
          cwd: '/',
          argv: many(2 ** 21 + 1, () => ''),
        }),
      },
    ],
  },
  'a write of 2^50 bytes that are not there': {
    events: [FILE, { kind: 'file.write', file: 100, path: FILE.path, offset: 0, length: 2 ** 50, data: own }],
  },
  'a hole of 2^52 bytes': { events: [FILE, { kind: 'file.truncate', file: 100, path: FILE.path, sizeBytes: 2 ** 52 }] },
  'bytes in the stream of another file': {
    events: [
      FILE,
      { kind: 'file.write', file: 100, path: FILE.path, offset: 0, length: BLOB.length, data: { stream: 5, off: 0 } },
    ],
    entries: [
      {
        key: key(Section.streams, 5, 0),
        value: encodePiece({ off: 0, length: BLOB.length, sha256: sha256Of(BLOB), blobOff: 0 }),
      },
    ],
    blobs: [BLOB],
    refused: /its bytes stand in the stream of another file/,
  },
  '30,000 links of one file': {
    events: [
      FILE,
      ...many(30_000, (at) => ({ kind: 'link.create', file: 100, path: FILE.path, newPath: `${ROOT}/l${at}` })),
    ],
  },
  '60,000 attributes of one file': {
    events: [
      FILE,
      ...many(60_000, (at) => ({
        kind: 'meta.xattr',
        file: 100,
        path: FILE.path,
        name: `user.a${at}`,
        value: Buffer.of(1),
      })),
    ],
  },
  'an event block at 2^40': {
    events: [FILE],
    entries: eventEntries(numbered([{ kind: 'sync.all', file: 0, path: '' }]), 2 ** 40),
    refused: /Event 2 is missing from the index/,
  },
  'an event block that is missing': {
    events: [FILE],
    entries: eventEntries(numbered([{ ...FILE, file: 101, path: `${ROOT}/three` }]), 3),
    refused: /Event 2 is missing from the index/,
  },
  'names that are longer than any': {
    events: many(100, (at) => ({ ...FILE, file: 100 + at, path: `${ROOT}/${'a'.repeat(4000)}${at}` })),
    refused: /a name has more than 1024 bytes/,
  },
  'names that would steer a terminal': {
    events: [{ ...FILE, path: `${ROOT}/a\u009b31mred\u202e\u2066\u061c\u{e0041}` }],
  },
  'a huge object': { events: [FILE], entries: [{ key: key(Section.streams, 201, 0), value: uints(2 ** 40, 0, 0) }] },
};
