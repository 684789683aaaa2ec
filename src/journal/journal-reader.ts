import { closeSync, existsSync, fstatSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { wrongVersion } from '../cas/format-version.js';
import { openPlain } from '../cas/plain-files.js';
import { ABI_VERSION } from '../events/abi.js';
import { DkError } from '../errors.js';
import { addon } from '../native/addon.js';
import type { MountTable } from '../linux/mount-table.js';
import { Origin, RawRecord, StartTime } from './raw-record.js';

const SEGMENT_HEADER = 64;
const FRAME_HEADER = 24;
const VERSION = 1;
const MAGIC = 'DKFR';

export type JournalRest = { kind: 'none' } | { kind: 'torn' | 'damaged'; path: string; offset: number };

/**
 * Reads a journal (layout: addon/journal.h) while it may still be written: `next` returns the records of the next whole
 * frame, or undefined when there is none yet. A frame that fails its checksum counts as not there: while recording it is
 * still being written, afterwards it is the torn end.
 */
export class JournalReader {
  private segment = 1;
  private fd = -1;
  private at = 0;
  private frame = 1n;
  private origin: Origin;
  /** Start of the recording on CLOCK_REALTIME and CLOCK_MONOTONIC; known once the first segment is there. */
  startRealNs = 0n;
  startMonoNs = 0n;

  constructor(
    private readonly folder: string,
    private readonly mounts: MountTable,
  ) {
    this.origin = new Origin(new StartTime(0n), mounts);
  }

  next(): RawRecord[] | undefined {
    for (;;) {
      if (this.fd < 0 && !this.openSegment()) return undefined;
      const records = this.readFrame();
      if (records !== undefined) return records;
      if (!existsSync(this.path(this.segment + 1))) return undefined;
      // The next segment exists, so this one is complete, unless a frame was written between the two looks.
      const late = this.readFrame();
      if (late !== undefined) return late;
      // Frames after a damaged one would give events that nothing leads up to.
      if (this.at < fstatSync(this.fd).size) return undefined;
      this.close();
      this.segment += 1;
    }
  }

  /**
   * What stands behind the last record, once nothing is written any more. `torn`: the last frame was cut off, as a crash
   * leaves it. `damaged`: there is something that no writer put there, so that what followed is not read.
   */
  rest(): JournalRest {
    const path = this.path(this.segment);
    const [offset, end] = this.fd >= 0 ? [this.at, fstatSync(this.fd).size] : [0, sizeOf(path)];
    if (existsSync(this.path(this.segment + 1))) return { kind: 'damaged', path, offset };
    if (offset >= end) return { kind: 'none' };
    return { kind: this.isCutOff(offset, end) ? 'torn' : 'damaged', path, offset };
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }

  private path(segment: number): string {
    return join(this.folder, `${String(segment).padStart(6, '0')}.journal`);
  }

  private openSegment(): boolean {
    const path = this.path(this.segment);
    if (!existsSync(path)) return false;
    const fd = openPlain(path);
    try {
      const header = Buffer.alloc(SEGMENT_HEADER);
      // Not written yet, or damaged: rest() tells which when the journal has ended.
      if (readSync(fd, header, 0, SEGMENT_HEADER, 0) < SEGMENT_HEADER || !isSegmentHeader(header)) return false;
      const [version, abi] = [header.readUInt32LE(8), header.readUInt32LE(12)];
      if (version !== VERSION) throw wrongVersion(path, version, VERSION);
      if (abi !== ABI_VERSION) throw wrongVersion(`The list of records in ${path}`, abi, ABI_VERSION);
      this.startMonoNs = header.readBigUInt64LE(16);
      this.origin = new Origin(new StartTime(this.startMonoNs), this.mounts);
      this.startRealNs = header.readBigUInt64LE(24);
      this.fd = fd;
      this.at = SEGMENT_HEADER;
      return true;
    } finally {
      if (this.fd !== fd) closeSync(fd);
    }
  }

  /** Of the last segment: the writer got this far and no further, whether in the segment's header or in a frame. */
  private isCutOff(at: number, end: number): boolean {
    if (this.fd < 0) return end < SEGMENT_HEADER;
    const bytes = Buffer.alloc(end - at);
    readSync(this.fd, bytes, 0, bytes.length, at);
    if (bytes.length < FRAME_HEADER) return true;
    const isNext = bytes.toString('latin1', 0, 4) === MAGIC && bytes.readBigUInt64LE(16) === this.frame;
    return isNext && bytes.readUInt32LE(4) > bytes.length - FRAME_HEADER && !holdsFrame(bytes.subarray(4));
  }

  private readFrame(): RawRecord[] | undefined {
    const header = Buffer.alloc(FRAME_HEADER);
    if (readSync(this.fd, header, 0, FRAME_HEADER, this.at) < FRAME_HEADER) return undefined;
    if (header.toString('latin1', 0, 4) !== MAGIC || header.readBigUInt64LE(16) !== this.frame) return undefined;
    const length = header.readUInt32LE(4);
    if (this.at + FRAME_HEADER + length > fstatSync(this.fd).size) return undefined;
    const payload = Buffer.allocUnsafe(length);
    readSync(this.fd, payload, 0, length, this.at + FRAME_HEADER);
    if (addon().crc32c(payload) !== header.readUInt32LE(8)) return undefined;
    this.at += FRAME_HEADER + length;
    this.frame += 1n;
    return this.split(payload);
  }

  private split(payload: Buffer): RawRecord[] {
    const records: RawRecord[] = [];
    for (let at = 0; at < payload.length; ) {
      const size = payload.readUInt32LE(at);
      if (size < 48 || at + size > payload.length)
        throw damaged(this.path(this.segment), this.at, 'a record has an impossible size');
      records.push(new RawRecord(payload, at, at + size, this.origin));
      at += (size + 7) & ~7;
    }
    return records;
  }
}

/** A sentence for a gap or a notice, without its end. */
export function describeRest({ kind, path, offset }: Exclude<JournalRest, { kind: 'none' }>): string {
  return `the journal ${path} ${kind === 'torn' ? 'was cut off' : 'is damaged'} at offset ${offset}`;
}

function isSegmentHeader(header: Buffer): boolean {
  const magic = header.toString('latin1', 0, 8);
  return magic === 'DKJRNL1\0' && addon().crc32c(header.subarray(0, 60)) === header.readUInt32LE(60);
}

/** True when a whole frame stands anywhere in the bytes. */
function holdsFrame(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(MAGIC); at >= 0 && at + FRAME_HEADER <= bytes.length; at = bytes.indexOf(MAGIC, at + 1)) {
    const payload = bytes.subarray(at + FRAME_HEADER, at + FRAME_HEADER + bytes.readUInt32LE(at + 4));
    if (payload.length === bytes.readUInt32LE(at + 4) && addon().crc32c(payload) === bytes.readUInt32LE(at + 8))
      return true;
  }
  return false;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function damaged(path: string, offset: number, why: string): DkError {
  return new DkError(
    'damaged',
    `The journal ${path} cannot be read at offset ${offset}: ${why}.`,
    'What was recorded before that point can still be opened; `dk rm` removes the recording.',
  );
}
