import { wrongVersion } from '../cas/format-version.js';
import { ByteReader } from '../index/byte-reader.js';
import { ByteWriter } from '../index/byte-writer.js';
import { attributeCount, readAttribute } from '../index/field-codecs.js';
import { MOST } from '../events/limits.js';
import type { Proof, ProofEntry, ProofStat, TakenProof } from './proof.js';

/**
 * Index meta 'proof'.
 *
 *   uint version │ uint seq │ uint entries │ entry …
 *   entry  uint prefix, text rest (path = that many UTF-16 units of the path before + rest) │ byte flags
 *          [stat: bigint dev, ino │ uint mode, nlink, uid, gid, rdev, size │ bigint mtime, ctime]
 *          [text target] [32 bytes SHA-256] [uint n, n × (text name, bytes value)] [uint chattr flags]
 *   ino    0: it does not tell which names are one file
 *   flags  1 something stands there · 2 target · 4 hash · 8 content is the base's · 16 xattrs · 32 chattr flags
 */
const VERSION = 2;
const WHERE = "The recording's proof";

export function encodeProof({ version, seq, entries }: TakenProof): Uint8Array {
  const out = new ByteWriter(64 * 1024);
  for (const value of [version, seq, entries.length]) out.uint(value);
  let before = '';
  for (const entry of entries) {
    const prefix = commonPrefix(before, entry.path);
    out.uint(prefix);
    out.text(entry.path.slice(prefix));
    before = entry.path;
    writeEntry(out, entry);
  }
  return Buffer.from(out.view());
}

/** The entries are decoded each time that they are walked through: together they can take much more memory than one by one. */
export function decodeProof(bytes: Uint8Array): Proof {
  const input = new ByteReader(bytes, WHERE);
  const version = input.uint();
  if (version !== 1 && version !== VERSION) throw wrongVersion(WHERE, version, VERSION);
  const seq = input.uint();
  const { at } = input;
  return {
    version,
    seq,
    entries: { [Symbol.iterator]: () => readEntries(new ByteReader(bytes, WHERE, at), bytes.length) },
  };
}

function* readEntries(input: ByteReader, storedBytes: number): Generator<ProofEntry> {
  let left = MOST.proofPathBytes + MOST.growth * storedBytes;
  let before = '';
  for (let count = input.count(); count > 0; count--) {
    const prefix = input.uint();
    const rest = input.text();
    const path = before.slice(0, prefix) + rest;
    left -= path.length;
    if (path.length > MOST.pathBytes || left < 0) input.damaged('its paths are too long');
    before = path;
    yield readEntry(input, path);
  }
}

function writeEntry(out: ByteWriter, { stat, target, content, xattrs, flags }: ProofEntry): void {
  const isHash = content !== null && content !== 'base';
  out.byte(
    (stat === null ? 0 : 1) |
      (target === null ? 0 : 2) |
      (isHash ? 4 : 0) |
      (content === 'base' ? 8 : 0) |
      (xattrs === null ? 0 : 16) |
      (flags === null ? 0 : 32),
  );
  if (stat !== null) {
    out.bigint(stat.dev);
    out.bigint(stat.ino);
    for (const value of [stat.mode, stat.nlink, stat.uid, stat.gid, stat.rdev, stat.sizeBytes]) out.uint(value);
    out.bigint(stat.mtimeNs);
    out.bigint(stat.ctimeNs);
  }
  if (target !== null) out.text(target);
  if (isHash) out.raw(Buffer.from(content, 'hex'));
  if (xattrs !== null) {
    out.uint(xattrs.size);
    for (const [name, value] of xattrs) {
      out.text(name);
      out.bytes(value);
    }
  }
  if (flags !== null) out.uint(flags);
}

function readEntry(input: ByteReader, path: string): ProofEntry {
  const parts = input.byte();
  const stat = parts & 1 ? readStat(input) : null;
  const target = parts & 2 ? input.text(MOST.targetBytes) : null;
  const content = parts & 4 ? input.raw(32).toString('hex') : parts & 8 ? 'base' : null;
  let xattrs: Map<string, Uint8Array> | null = null;
  if (parts & 16) {
    xattrs = new Map();
    for (let left = attributeCount(input); left > 0; left--) {
      xattrs.set(input.text(MOST.attributeNameBytes), readAttribute(input));
    }
  }
  const flags = parts & 32 ? input.uint() : null;
  return { path, stat, target, content, xattrs, flags };
}

function readStat(input: ByteReader): ProofStat {
  const [dev, ino] = [input.bigint(), input.bigint()];
  const [mode, nlink, uid, gid] = [input.uint(), input.uint(), input.uint(), input.uint()];
  const [rdev, sizeBytes, mtimeNs, ctimeNs] = [input.uint(), input.uint(), input.bigint(), input.bigint()];
  return { dev, ino, mode, nlink, uid, gid, rdev, sizeBytes, mtimeNs, ctimeNs };
}

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // A pair of surrogates is one character: cut between them, and neither half would be text.
  return at > 0 && /[\ud800-\udbff]/.test(b[at - 1] as string) ? at - 1 : at;
}
