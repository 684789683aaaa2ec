import { RECORD_FLAGS } from '../../events/abi.js';
import type { RawRecord } from '../../journal/raw-record.js';
import { type CapturedBytes, NO_PATH, type OperationOf, type OutOfRing } from '../operation.js';
import type { InodeAfter } from '../../linux/inode-identity.js';
import { bytesIn } from './write-pieces.js';

const NO_LOOKS: readonly never[] = [];

/** What stood before the record of a write. */
export interface BeforeWrite {
  window?: RawRecord;
  outOfRing?: OutOfRing;
}

/**
 * A write, decoded where it is looked at: there are very many, and what is made early of those that wait for their turn is what
 * ingest would spend its time on.
 */
export class WriteOperation implements OperationOf<'write'> {
  private inodeRead: InodeAfter | undefined;
  private readonly record: RawRecord;

  constructor(
    private readonly pieces: readonly RawRecord[],
    private readonly before: BeforeWrite | undefined,
  ) {
    this.record = pieces[0] as RawRecord;
  }

  get does() {
    return 'write' as const;
  }
  get call() {
    return 'write';
  }
  get first() {
    return NO_PATH;
  }
  get second() {
    return NO_PATH;
  }
  get namespace() {
    return 0;
  }
  get looks() {
    return NO_LOOKS;
  }
  get pid() {
    return this.record.pid;
  }
  get tid() {
    return this.record.tid;
  }
  get comm() {
    return this.record.comm;
  }
  get enterNs() {
    return this.record.enterNs;
  }
  get exitNs() {
    return this.record.exitNs;
  }

  get inode(): InodeAfter {
    this.inodeRead ??= this.record.inode();
    return this.inodeRead;
  }

  get offset() {
    return this.record.u64('offset');
  }
  get length() {
    return this.record.u64('total');
  }
  get isAppend() {
    return this.record.has(RECORD_FLAGS.append);
  }
  get isAmbiguous() {
    return this.record.has(RECORD_FLAGS.ambiguous);
  }

  get window() {
    const window = this.before?.window;
    return window && { offset: window.u64('offset'), bytes: window.payloadUpTo(window.u32('length')) };
  }

  get bytes(): CapturedBytes | OutOfRing {
    return bytesOfWrite(this.pieces, this.before);
  }
}

export function bytesOfWrite(pieces: readonly RawRecord[], before: BeforeWrite | undefined): CapturedBytes | OutOfRing {
  const first = pieces[0] as RawRecord;
  const length = first.u64('total');
  if (!first.has(RECORD_FLAGS.aside)) return bytesIn(pieces, length);
  return before?.outOfRing ?? { data: null, missing: [{ at: 0, length }] };
}
