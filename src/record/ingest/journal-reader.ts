import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ABI_VERSION } from '../../events/abi.js';
import { DkError } from '../../errors.js';
import { addon } from '../../native/addon.js';
import { RawRecord, StartTime } from './raw-record.js';

const SEGMENT_HEADER = 64;
const FRAME_HEADER = 24;
const VERSION = 1;

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
  private start = new StartTime(0n);
  /** Start of the recording on CLOCK_REALTIME; known once the first segment is there. */
  startRealNs = 0n;

  constructor(private readonly folder: string) {}

  next(): RawRecord[] | undefined {
    for (;;) {
      if (this.fd < 0 && !this.openSegment()) return undefined;
      const records = this.readFrame();
      if (records !== undefined) return records;
      if (!existsSync(this.path(this.segment + 1))) return undefined;
      // The next segment exists, so this one is complete, unless a frame was written between the two looks.
      const late = this.readFrame();
      if (late !== undefined) return late;
      this.close();
      this.segment += 1;
    }
  }

  /** True when bytes are left that no whole frame covers: the writer was cut off there. */
  isTorn(): boolean {
    return this.fd >= 0 && fstatSync(this.fd).size > this.at;
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
    const fd = openSync(path, 'r');
    const header = Buffer.alloc(SEGMENT_HEADER);
    if (readSync(fd, header, 0, SEGMENT_HEADER, 0) < SEGMENT_HEADER) {
      closeSync(fd);
      return false;
    }
    if (
      header.toString('latin1', 0, 8) !== 'DKJRNL1\0' ||
      addon().crc32c(header.subarray(0, 60)) !== header.readUInt32LE(60)
    ) {
      closeSync(fd);
      throw damaged(path, 0, 'the segment header fails its checksum');
    }
    const [version, abi] = [header.readUInt32LE(8), header.readUInt32LE(12)];
    if (version !== VERSION || abi !== ABI_VERSION) {
      closeSync(fd);
      throw damaged(path, 8, `it has version ${version}.${abi}, this dk reads ${VERSION}.${ABI_VERSION}`);
    }
    this.start = new StartTime(header.readBigUInt64LE(16));
    this.startRealNs = header.readBigUInt64LE(24);
    this.fd = fd;
    this.at = SEGMENT_HEADER;
    return true;
  }

  private readFrame(): RawRecord[] | undefined {
    const header = Buffer.alloc(FRAME_HEADER);
    if (readSync(this.fd, header, 0, FRAME_HEADER, this.at) < FRAME_HEADER) return undefined;
    if (header.toString('latin1', 0, 4) !== 'DKFR' || header.readBigUInt64LE(16) !== this.frame) return undefined;
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
      records.push(new RawRecord(payload.subarray(at, at + size), this.start));
      at += (size + 7) & ~7;
    }
    return records;
  }
}

function damaged(path: string, offset: number, why: string): DkError {
  return new DkError(
    'damaged',
    `The journal ${path} cannot be read at offset ${offset}: ${why}.`,
    'What was recorded before that point can still be opened; `dk rm` removes the recording.',
  );
}
