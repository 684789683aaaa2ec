/** Changes a bundle below its checksums: every crc32, hash and length around a change is made to fit again. */
import { crc32 } from 'node:zlib';
import { zstdCompress, zstdDecompress } from '../../src/cas/zstd.js';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { DkError } from '../../src/errors.js';
import { ByteReader } from '../../src/index/byte-reader.js';
import { ByteWriter } from '../../src/index/byte-writer.js';
import { numberOf, Section } from '../../src/index/keys.js';
import type { Entry } from '../../src/index/kv.js';
import { decodePiece } from '../../src/index/records.js';
import { packed } from '../support/forged-bundle.js';

/** A bundle taken apart. */
export interface Parts {
  index: Entry[];
  base: Buffer;
  blobs: Buffer[];
  events: number;
}

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export async function takeApart(file: string): Promise<Parts> {
  const bundle = await openBundle(file);
  try {
    const index: Entry[] = [];
    const blobs = new Map<string, Buffer>();
    for await (const { key, value } of bundle.table.all()) {
      index.push({ key: Buffer.from(key), value: Buffer.from(value) });
      if (key[0] !== Section.streams) continue;
      try {
        const { sha256 } = decodePiece(numberOf(key, 1), value, file);
        if (sha256 !== null) blobs.set(sha256, Buffer.from(bundle.blobs.read(sha256)));
      } catch (error) {
        if (!(error instanceof DkError)) throw error; // a crafted piece may be damaged, or name nothing
      }
    }
    return { index, base: bundle.base ?? Buffer.alloc(0), blobs: [...blobs.values()], events: bundle.info.events };
  } finally {
    await bundle.close();
  }
}

export function mutated(parts: Parts, seed: number): Promise<Buffer> {
  const pick = random(seed);
  const index = [...parts.index];
  let { base } = parts;
  for (let changes = 1 + pick(4); changes > 0 && index.length > 0; changes--) {
    const what = pick(20);
    const at = pick(index.length);
    const entry = index[at] as Entry;
    if (what === 0) base = withFrames(changedBytes(base, pick));
    else if (what === 1) index.splice(at, 1);
    else if (what === 2) index.push({ key: changedBytes(entry.key, pick, 1), value: entry.value });
    else if (what === 3) index.push({ key: entry.key, value: (index[pick(index.length)] as Entry).value });
    else index[at] = { key: entry.key, value: changedValue(entry, pick) };
  }
  return packed(index, base, parts.blobs, parts.events);
}

type Pick = (below: number) => number;

function changedValue({ key, value }: Entry, pick: Pick): Buffer {
  if (key[0] === Section.events) return changedBlock(value, pick);
  if (key[0] === Section.keyframes) {
    const body = changedBytes(value.subarray(0, -4), pick);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(body));
    return Buffer.concat([body, sum]);
  }
  return changedBytes(value, pick);
}

/** Bytes of an event block's columns, or the lengths of those. */
function changedBlock(block: Buffer, pick: Pick): Buffer {
  const body = new ByteWriter();
  try {
    const reader = new ByteReader(block, 'seed', 5);
    const count = reader.uint();
    const rawLength = reader.uint();
    const raw = changedBytes(zstdDecompress(reader.raw(reader.left), rawLength), pick);
    body.uint(pick(8) === 0 ? pick(9000) : count);
    body.uint(raw.length);
    body.raw(zstdCompress(raw));
  } catch {
    return block; // a change before this one took it apart, or it is no block
  }
  const out = new ByteWriter();
  out.byte(block[0] as number);
  out.uint32(crc32(body.view()));
  out.raw(body.view());
  return Buffer.from(out.view());
}

/** Largest, smallest and longest of what a number can be. */
const NUMBERS = [
  [0],
  [1],
  [0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  [0xff, 0x7f],
];

function changedBytes(bytes: Buffer, pick: Pick, most = 4): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = 1 + pick(most); left > 0 && changed.length > 0; left--) {
    const at = pick(changed.length);
    const insert = Buffer.from(NUMBERS[pick(NUMBERS.length)] as number[]);
    const what = pick(5);
    if (what < 2) changed[at] = pick(256);
    else if (what === 2) changed = Buffer.concat([changed.subarray(0, at), insert, changed.subarray(at + 1)]);
    else if (what === 3) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + 1 + pick(8))]);
    else changed = Buffer.concat([changed.subarray(0, at), changed.subarray(pick(at + 1), at), changed.subarray(at)]);
  }
  return changed;
}

/** The base manifest with the checksums of its header and frames made to fit (timeline/node-file.ts). */
function withFrames(base: Buffer): Buffer {
  if (base.length < 16) return base;
  base.writeUInt32LE(crc32(base.subarray(0, 12)), 12);
  for (let at = 16; at + 16 <= base.length; ) {
    const end = at + 16 + base.readUInt32LE(at + 4);
    if (end > base.length || base.toString('latin1', at, at + 4) !== 'DKNF') break;
    base.writeUInt32LE(crc32(base.subarray(at + 16, end)), at + 8);
    base.writeUInt32LE(crc32(base.subarray(at, at + 12)), at + 12);
    at = end;
  }
  return base;
}
