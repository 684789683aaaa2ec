import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytes } from '../../../src/events/byte-string.js';
import { manifestRecords, type NodeRecord, nodeRecords } from '../../../src/journal/node-records.js';
import { PreimageLog } from '../../../src/journal/preimage-log.js';
import { encodeFrame, encodeNodeFile } from '../../support/base-bytes.js';
import { tempFolders } from '../../support/temp-folder.js';

const KINDS = { base: 1, preimage: 2, inherited: 3 } as const;
const temp = tempFolders();

/** Of a file of version 1. */
function header(magic: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(1, 8);
  return bytes;
}

/** The layout of node-record.h, written down a second time on purpose. */
function encode(node: NodeRecord): Buffer {
  const xattrs = [...node.xattrs].map(([name, value]) => {
    const bytes = Buffer.alloc(6);
    bytes.writeUInt16LE(toBytes(name).length, 0);
    bytes.writeUInt32LE(value.length, 2);
    return Buffer.concat([bytes, toBytes(name), value]);
  });
  const [name, target, list] = [toBytes(node.name), toBytes(node.target ?? ''), Buffer.concat(xattrs)];
  const bare = 104 + name.length + target.length + list.length;
  const fixed = Buffer.alloc(104);
  fixed.writeUInt32LE(Math.ceil(bare / 8) * 8, 0);
  fixed.writeUInt16LE(KINDS[node.kind], 4);
  fixed.writeUInt16LE(node.flags, 6);
  [node.mode, node.nlink, node.uid, node.gid].forEach((value, i) => {
    fixed.writeUInt32LE(value, 8 + 4 * i);
  });
  fixed.writeBigUInt64LE(node.ino, 24);
  [node.devMajor, node.devMinor, node.rdevMajor, node.rdevMinor].forEach((value, i) => {
    fixed.writeUInt32LE(value, 32 + 4 * i);
  });
  const times = [node.mtimeNs, node.ctimeNs, node.btimeNs, node.notedNs];
  [BigInt(node.sizeBytes), ...times].forEach((value, i) => {
    fixed.writeBigInt64LE(value, 48 + 8 * i);
  });
  fixed.writeUInt32LE(node.parent, 88);
  fixed.writeUInt32LE(node.blob, 92);
  fixed.writeUInt16LE(name.length, 96);
  fixed.writeUInt16LE(target.length, 98);
  fixed.writeUInt32LE(list.length, 100);
  return Buffer.concat([fixed, name, target, list, Buffer.alloc(Math.ceil(bare / 8) * 8 - bare)]);
}

function blobRecord(blob: number, small: boolean, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(32, 0);
  bytes.writeUInt16LE(4, 4);
  bytes.writeUInt16LE(small ? 1 : 0, 6);
  bytes.writeUInt32LE(blob, 8);
  bytes.writeBigInt64LE(BigInt(offset), 16);
  bytes.writeBigInt64LE(BigInt(length), 24);
  return bytes;
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const name = fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
const node: fc.Arbitrary<NodeRecord> = fc
  .record({
    kind: fc.constantFrom('base', 'preimage', 'inherited'),
    flags: fc.integer({ min: 0, max: 0xffff }),
    mode: u32,
    nlink: u32,
    uid: u32,
    gid: u32,
    ino: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    devMajor: u32,
    devMinor: u32,
    rdevMajor: u32,
    rdevMinor: u32,
    sizeBytes: fc.nat(),
    mtimeNs: i64,
    ctimeNs: i64,
    btimeNs: i64,
    notedNs: i64,
    parent: u32,
    blob: u32,
    name,
    target: name,
    xattrs: fc
      .uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 50 })), { selector: ([key]) => key, maxLength: 3 })
      .map((pairs) => new Map(pairs.map(([key, value]) => [key, Buffer.from(value)]))),
  })
  .map((record) => ({ ...record, target: (record.mode & 0o170000) === 0o120000 ? record.target : null }) as NodeRecord);

describe('node records', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 5 }), (nodes) => {
        const bytes = Buffer.concat(nodes.map(encode));
        expect([...nodeRecords(bytes)]).toEqual(nodes);
      }),
    );
  });

  test('a file cut anywhere gives the whole records before the cut', () => {
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 4 }), fc.nat(), (nodes, seed) => {
        const parts = nodes.map(encode);
        const bytes = Buffer.concat(parts);
        const cut = seed % (bytes.length + 1);
        let whole = 0;
        let end = 0;
        while (whole < parts.length && end + (parts[whole] as Buffer).length <= cut) {
          end += (parts[whole] as Buffer).length;
          whole++;
        }
        const records = nodeRecords(bytes.subarray(0, cut));
        const read = [];
        let next = records.next();
        for (; !next.done; next = records.next()) read.push(next.value);
        expect(read).toEqual(nodes.slice(0, whole));
        expect(next.value).toBe(end);
      }),
    );
  });

  test('any bytes at all end quietly', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => [...nodeRecords(Buffer.from(bytes))]).not.toThrow();
      }),
    );
  });

  test('kinds of a later version are passed over', () => {
    const unknown = Buffer.alloc(24);
    unknown.writeUInt32LE(24, 0);
    unknown.writeUInt16LE(99, 4);
    const bytes = Buffer.concat([unknown, blobRecord(7, true, 8, 16)]);
    expect([...nodeRecords(bytes)]).toEqual([{ kind: 'blob', blob: 7, file: 'small', offset: 8, length: 16 }]);
  });
});

const codeOf = (act: () => unknown) => {
  try {
    act();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const PREIMAGE = 'DKPREI\0\x01';
const BASE = 'DKBASE\0\x01';

describe('a manifest', () => {
  const [one, two] = fc.sample(node, { numRuns: 2, seed: 2 }) as [NodeRecord, NodeRecord];
  const nodes = [one, two].map((record): NodeRecord => ({ ...record, kind: 'base' }));
  const whole = encodeNodeFile(BASE, [...nodes.map(encode), Buffer.alloc(0)]);

  test('is read over its frames', () => {
    expect([...manifestRecords(whole)]).toEqual(nodes);
    expect(codeOf(() => [...manifestRecords(encodeNodeFile(PREIMAGE, [Buffer.alloc(0)]))])).toBe('damaged');
  });

  test('of version 1 has neither frames nor checksums', () => {
    expect([...manifestRecords(Buffer.concat([header(BASE), ...nodes.map(encode)]))]).toEqual(nodes);
  });

  test('with any bit changed, or cut anywhere, is refused', () => {
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(codeOf(() => [...manifestRecords(changed)])).toBe('damaged');
    }
    for (let length = 0; length < whole.length; length++) {
      expect(codeOf(() => [...manifestRecords(whole.subarray(0, length))])).toBe('damaged');
    }
    expect(codeOf(() => [...manifestRecords(Buffer.concat([whole, Buffer.alloc(1)]))])).toBe('damaged');
  });

  test('of a later version is refused', () => {
    const later = Buffer.from(whole);
    later.writeUInt32LE(3, 8);
    later.writeUInt32LE(crc32(later.subarray(0, 12)), 12);
    expect(codeOf(() => [...manifestRecords(later)])).toBe('unsupported');
  });
});

describe('the pre-image log', () => {
  const [one, two] = fc.sample(node, { numRuns: 2, seed: 1 }) as [NodeRecord, NodeRecord];
  const first: NodeRecord = { ...one, kind: 'preimage', blob: 1 };
  const second: NodeRecord = { ...two, kind: 'preimage', blob: 2 };
  const append = (dir: string, bytes: Buffer) => appendFileSync(join(dir, 'log'), bytes);

  test('is followed while it grows, also through a frame that is half there', () => {
    const dir = temp();
    const log = new PreimageLog(dir);
    expect([...log.poll()]).toEqual([]);
    const start = encodeNodeFile(PREIMAGE, []);
    append(dir, start.subarray(0, 9));
    expect([...log.poll()]).toEqual([]);
    append(dir, start.subarray(9));
    expect([...log.poll()]).toEqual([]);
    const bytes = encodeFrame(encode(second));
    append(dir, Buffer.concat([encodeFrame(encode(first)), bytes.subarray(0, 50)]));
    expect([...log.poll()]).toEqual([first]);
    append(dir, bytes.subarray(50));
    expect([...log.poll()]).toEqual([second]);
    expect([...log.poll()]).toEqual([]);
    expect(log.damage).toBe(undefined);
  });

  test('gives content only when its blob is complete', () => {
    const dir = temp();
    const log = new PreimageLog(dir);
    append(dir, encodeNodeFile(PREIMAGE, [Buffer.concat([encode(first), blobRecord(2, false, 0, 9)])]));
    expect([...log.poll()]).toEqual([first]);
    expect(log.locate(1)).toBe(undefined);
    expect(log.locate(2)).toEqual({ file: join(dir, '2'), offset: 0, length: 9 });
    append(dir, encodeFrame(blobRecord(1, true, 100, 5)));
    expect([...log.poll()]).toEqual([]);
    expect(log.locate(1)).toEqual({ file: join(dir, 'small'), offset: 100, length: 5 });
  });

  test('of version 1 is followed, too', () => {
    const dir = temp();
    const log = new PreimageLog(dir);
    const bytes = encode(second);
    append(dir, Buffer.concat([header(PREIMAGE), encode(first), bytes.subarray(0, 50)]));
    expect([...log.poll()]).toEqual([first]);
    append(dir, bytes.subarray(50));
    expect([...log.poll()]).toEqual([second]);
  });

  test('with any bit changed gives what stands before, and says where the damage is', () => {
    const frames = [first, second].map((record) => encodeFrame(encode(record)));
    const whole = Buffer.concat([encodeNodeFile(PREIMAGE, []), ...frames]);
    const starts = [0, 16, 16 + (frames[0] as Buffer).length];
    const dir = temp();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      writeFileSync(join(dir, 'log'), changed);
      const log = new PreimageLog(dir);
      const frame = starts.findLastIndex((start) => start <= bit >> 3);
      expect([...log.poll()]).toEqual([first, second].slice(0, Math.max(0, frame - 1)));
      expect(log.damage).toBe(`the pre-image log ${join(dir, 'log')} is damaged at offset ${starts[frame]}`);
    }
  });
});
