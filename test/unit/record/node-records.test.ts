import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytes } from '../../../src/events/byte-string.js';
import { checkNodeFileHeader, type NodeRecord, nodeRecords } from '../../../src/record/node-records.js';
import { PreimageLog } from '../../../src/record/preimage-log.js';
import { tempFolders } from '../../support/temp-folder.js';

const KINDS = { base: 1, preimage: 2, inherited: 3 } as const;
const temp = tempFolders();

function header(magic: string, version = 1): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(version, 8);
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
        expect([...nodeRecords(bytes, 0)]).toEqual(nodes);
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
        const records = nodeRecords(bytes.subarray(0, cut), 0);
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
        expect(() => [...nodeRecords(Buffer.from(bytes), 0)]).not.toThrow();
      }),
    );
  });

  test('kinds of a later version are passed over', () => {
    const unknown = Buffer.alloc(24);
    unknown.writeUInt32LE(24, 0);
    unknown.writeUInt16LE(99, 4);
    const bytes = Buffer.concat([unknown, blobRecord(7, true, 8, 16)]);
    expect([...nodeRecords(bytes, 0)]).toEqual([{ kind: 'blob', blob: 7, file: 'small', offset: 8, length: 16 }]);
  });
});

describe('headers', () => {
  test('of the right kind and version are taken', () => {
    expect(checkNodeFileHeader(header('DKBASE\0\x01'), 'base')).toBe(16);
    expect(checkNodeFileHeader(header('DKPREI\0\x01'), 'preimage')).toBe(16);
  });

  test('of another kind, another version, or cut short are refused', () => {
    const code = (bytes: Buffer) => {
      try {
        return checkNodeFileHeader(bytes, 'base');
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code(header('DKPREI\0\x01'))).toBe('damaged');
    expect(code(header('DKBASE\0\x01', 2))).toBe('unsupported');
    expect(code(header('DKBASE\0\x01').subarray(0, 15))).toBe('damaged');
  });
});

describe('the pre-image log', () => {
  const [one, two] = fc.sample(node, { numRuns: 2, seed: 1 }) as [NodeRecord, NodeRecord];
  const first: NodeRecord = { ...one, kind: 'preimage', blob: 1 };
  const second: NodeRecord = { ...two, kind: 'preimage', blob: 2 };

  test('is followed while it grows, also through a record that is half there', () => {
    const dir = temp();
    const log = new PreimageLog(dir);
    expect([...log.poll()]).toEqual([]);
    writeFileSync(join(dir, 'log'), header('DKPREI\0\x01'));
    expect([...log.poll()]).toEqual([]);
    const bytes = encode(second);
    appendFileSync(join(dir, 'log'), Buffer.concat([encode(first), bytes.subarray(0, 50)]));
    expect([...log.poll()]).toEqual([first]);
    appendFileSync(join(dir, 'log'), bytes.subarray(50));
    expect([...log.poll()]).toEqual([second]);
    expect([...log.poll()]).toEqual([]);
  });

  test('gives content only when its blob is complete', () => {
    const dir = join(temp(), 'preimage');
    mkdirSync(dir);
    const log = new PreimageLog(dir);
    writeFileSync(join(dir, 'log'), Buffer.concat([header('DKPREI\0\x01'), encode(first), blobRecord(2, false, 0, 9)]));
    expect([...log.poll()]).toEqual([first]);
    expect(log.locate(1)).toBe(undefined);
    expect(log.locate(2)).toEqual({ file: join(dir, '2'), offset: 0, length: 9 });
    appendFileSync(join(dir, 'log'), blobRecord(1, true, 100, 5));
    expect([...log.poll()]).toEqual([]);
    expect(log.locate(1)).toEqual({ file: join(dir, 'small'), offset: 100, length: 5 });
  });
});
