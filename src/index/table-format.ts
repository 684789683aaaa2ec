/**
 * Table: an immutable sorted map of byte strings in one file (index.tbl, objects.tbl). Any number of processes can
 * read it at once, also in place inside a bundle.
 *
 *   ┌────────┬───────────┬───────────┬── … ──┬─────────────┬────────┐
 *   │ header │ data block│ data block│       │ index block │ footer │
 *   │ 16     │           │           │       │             │ 48     │
 *   └────────┴───────────┴───────────┴── … ──┴─────────────┴────────┘
 *   header  magic "dktable\n" · version u32 · zero u32
 *   block   codec u8 (0 raw, 1 zstd) · zero ×3 · rawLength u32 · storedLength u32 · crc32 u32 · stored bytes
 *           the crc32 covers the 12 bytes before it and the stored bytes
 *   data    entries, ascending by key: shared uint · rest uint · value length uint · rest of the key · value
 *           `shared` bytes of the key are those of the entry before (0 for the first)
 *   index   the same entries; key: the last key of a data block; value: offset uint · size in the file uint
 *   footer  index offset u64 · index size u64 · entries u64 · file size u64 · version u32 · crc32 u32 of these 36
 *           · magic "dktable\n"
 *
 * Little-endian. A block holds about BLOCK_BYTES, or one entry that is larger.
 */
import { crc32 } from 'node:zlib';
import { zstdCompress, zstdDecompress } from '../cas/zstd.js';
import { DkError } from '../errors.js';
import { MOST, mostUnpacked } from '../events/limits.js';
import { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { Entry } from './kv.js';

export const TABLE_MAGIC = Buffer.from('dktable\n', 'latin1');
export const TABLE_VERSION = 1;
export const HEADER_BYTES = 16;
export const FOOTER_BYTES = 48;
export const BLOCK_HEAD_BYTES = 16;
export const BLOCK_BYTES = 32 << 10;

const RAW = 0;
const ZSTD = 1;

export interface Footer {
  indexOffset: number;
  indexSize: number;
  entries: number;
  fileSize: number;
}

export function encodeHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  TABLE_MAGIC.copy(header);
  header.writeUInt32LE(TABLE_VERSION, 8);
  return header;
}

export function encodeFooter(footer: Footer): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  bytes.writeBigUInt64LE(BigInt(footer.indexOffset), 0);
  bytes.writeBigUInt64LE(BigInt(footer.indexSize), 8);
  bytes.writeBigUInt64LE(BigInt(footer.entries), 16);
  bytes.writeBigUInt64LE(BigInt(footer.fileSize), 24);
  bytes.writeUInt32LE(TABLE_VERSION, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  TABLE_MAGIC.copy(bytes, 40);
  return bytes;
}

/** undefined when it is not an intact footer. */
export function decodeFooter(bytes: Buffer): (Footer & { version: number }) | undefined {
  if (!bytes.subarray(40).equals(TABLE_MAGIC) || crc32(bytes.subarray(0, 36)) !== bytes.readUInt32LE(36)) {
    return undefined;
  }
  const number = (at: number): number => Number(bytes.readBigUInt64LE(at));
  return {
    indexOffset: number(0),
    indexSize: number(8),
    entries: number(16),
    fileSize: number(24),
    version: bytes.readUInt32LE(32),
  };
}

/** A block as it stands in the file; compressed when that saves an eighth. */
export function encodeBlock(raw: Uint8Array): Buffer {
  const packed = zstdCompress(raw);
  const codec = packed.length < raw.length - raw.length / 8 ? ZSTD : RAW;
  const stored = codec === ZSTD ? packed : raw;
  const block = Buffer.alloc(BLOCK_HEAD_BYTES + stored.length);
  block[0] = codec;
  block.writeUInt32LE(raw.length, 4);
  block.writeUInt32LE(stored.length, 8);
  block.set(stored, BLOCK_HEAD_BYTES);
  block.writeUInt32LE(checksum(block), 12);
  return block;
}

function checksum(block: Buffer): number {
  return crc32(block.subarray(BLOCK_HEAD_BYTES), crc32(block.subarray(0, 12)));
}

/** The raw bytes of a block; `where` names file and offset. */
export function decodeBlock(block: Buffer, where: string): Buffer {
  const storedLength = block.length < BLOCK_HEAD_BYTES ? -1 : block.readUInt32LE(8);
  if (storedLength !== block.length - BLOCK_HEAD_BYTES) throw damagedTable(where, 'its length is wrong');
  if (checksum(block) !== block.readUInt32LE(12)) throw damagedTable(where, 'its checksum does not match');
  const stored = block.subarray(BLOCK_HEAD_BYTES);
  if (block[0] === RAW) return stored;
  const rawLength = block.readUInt32LE(4);
  if (block[0] !== ZSTD || rawLength > mostUnpacked(stored.length, MOST.tableBlockBytes))
    throw damagedTable(where, 'it cannot be decompressed');
  try {
    return zstdDecompress(stored, rawLength);
  } catch (cause) {
    throw damagedTable(where, 'it does not decompress', cause);
  }
}

export function putEntry(out: ByteWriter, previous: Uint8Array, key: Uint8Array, value: Uint8Array): void {
  const shared = sharedLength(previous, key);
  out.uint(shared);
  out.uint(key.length - shared);
  out.uint(value.length);
  out.raw(key.subarray(shared));
  out.raw(value);
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at++;
  return at;
}

/** The entries of a block. Values are views into it. Keys must ascend, from the entry before the block on. */
export function readEntries(raw: Buffer, where: string): Entry[] {
  const reader = new ByteReader(raw, where);
  const entries: Entry[] = [];
  let previous: Buffer = Buffer.alloc(0);
  while (reader.left > 0) {
    const shared = reader.uint();
    const rest = reader.uint();
    const length = reader.uint();
    if (entries.length === MOST.tableBlockEntries) reader.damaged('it has too many entries');
    if (shared > previous.length || shared + rest > MOST_KEY_BYTES) reader.damaged('a key is impossible');
    const key = Buffer.concat([previous.subarray(0, shared), reader.raw(rest)]);
    if (entries.length > 0 && Buffer.compare(key, previous) <= 0) reader.damaged('its keys are out of order');
    entries.push({ key, value: reader.raw(length) });
    previous = key;
  }
  return entries;
}
const MOST_KEY_BYTES = 1 << 10;

export function damagedTable(where: string, reason: string, cause?: unknown): DkError {
  return new DkError(
    'damaged',
    `${where} is damaged: ${reason}.`,
    'Get the recording again from where it came from, or record once more.',
    cause,
  );
}
