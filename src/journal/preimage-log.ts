import { closeSync, fstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { openPlain } from '../cas/plain-files.js';
import { DkError } from '../errors.js';
import { checkNodeFile, NODE_FILE_HEADER_BYTES, scanFrames } from '../timeline/node-file.js';
import { type AsideRecord, type BlobRecord, type NodeRecord, nodeRecords, type RangeRecord } from './node-records.js';

/** DIR/preimage, read while it grows. Not there yet counts as empty. */
export class PreimageLog {
  private offset = 0;
  private hasFrames = true;
  private damagedAt: number | undefined;
  private readonly blobs = new Map<number, BlobRecord>();
  private readonly ranges = new Map<number, RangeRecord[]>();
  private readonly asides = new Map<number, AsideRecord[]>();

  constructor(private readonly dir: string) {}

  /** What is wrong with it, a sentence without its end; nothing behind that place is read. */
  get damage(): string | undefined {
    if (this.damagedAt === undefined) return undefined;
    return `the pre-image log ${join(this.dir, 'log')} is damaged at offset ${this.damagedAt}`;
  }

  /** The node records that were added since the last call. Blobs that became complete can be read from now on. */
  *poll(): Generator<NodeRecord, void, void> {
    const bytes = this.damagedAt === undefined ? readFrom(join(this.dir, 'log'), this.offset) : EMPTY;
    if (bytes.length === 0) return;
    const start = this.offset === 0 ? this.begin(bytes) : 0;
    if (start === undefined) return;
    const before = this.offset;
    if (!this.hasFrames) {
      this.offset = before + start + (yield* this.take(bytes.subarray(start)));
      return;
    }
    const { payloads, end, rest } = scanFrames(bytes, start);
    for (const payload of payloads) yield* this.take(bytes.subarray(payload.start, payload.end));
    this.offset = before + end;
    if (rest === 'damaged') this.damagedAt = this.offset;
  }

  /** Where the header ends; undefined while it is not all there, or damaged. */
  private begin(bytes: Buffer): number | undefined {
    if (bytes.length < NODE_FILE_HEADER_BYTES) return undefined;
    try {
      this.hasFrames = checkNodeFile(bytes, 'preimage').hasFrames;
      return NODE_FILE_HEADER_BYTES;
    } catch (error) {
      if (!(error instanceof DkError) || error.code !== 'damaged') throw error;
      this.damagedAt = 0;
      return undefined;
    }
  }

  /** Returns how many of the bytes were whole records. */
  private *take(bytes: Buffer): Generator<NodeRecord, number, void> {
    const records = nodeRecords(bytes);
    for (;;) {
      const next = records.next();
      if (next.done) return next.value;
      const record = next.value;
      if (record.kind === 'blob') this.blobs.set(record.blob, record);
      else if (record.kind === 'range') listOf(this.ranges, record.blob).push(record);
      else if (record.kind === 'aside') listOf(this.asides, record.tid).push(record);
      else yield record;
    }
  }

  /** Where the content of a blob stands; undefined while (or when) it is not complete. */
  locate(blob: number): { file: string; offset: number; length: number } | undefined {
    const known = this.blobs.get(blob);
    if (known === undefined) return undefined;
    return { file: join(this.dir, known.file), offset: known.offset, length: known.length };
  }

  /** What was copied of a very large content, ascending, in a list that grows; and the file with it at the same offsets. */
  copied(blob: number): { file: string; ranges: readonly RangeRecord[] } {
    return { file: join(this.dir, String(blob)), ranges: listOf(this.ranges, blob) };
  }

  /** What the thread was about to write with its call of that time, and the file with it from offset 0. */
  setAside({ tid, address, count, enteredNs }: AsideCall): { file: string; length: number } | undefined {
    const last = this.asides.get(tid)?.findLast((one) => one.readNs <= enteredNs);
    if (last === undefined || last.address !== address || last.count !== count) return undefined;
    return { file: join(this.dir, String(last.blob)), length: last.length };
  }
}

/** A very large write, as the kernel programs saw it. */
export interface AsideCall {
  /** As the thread's own pid namespace names it. */
  tid: number;
  address: bigint;
  count: bigint;
  /** On CLOCK_MONOTONIC. */
  enteredNs: bigint;
}

const EMPTY = Buffer.alloc(0);

function listOf<T>(lists: Map<number, T[]>, key: number): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function readFrom(path: string, offset: number): Buffer {
  let fd: number;
  try {
    fd = openPlain(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - offset));
    let have = 0;
    while (have < bytes.length) {
      const n = readSync(fd, bytes, have, bytes.length - have, offset + have);
      if (n === 0) break;
      have += n;
    }
    return bytes.subarray(0, have);
  } finally {
    closeSync(fd);
  }
}
