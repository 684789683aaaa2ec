import { LOSS_CAUSES, RECORD_FLAGS } from '../../events/abi.js';
import { fromBytes } from '../../events/byte-string.js';
import { cString, type RawRecord } from '../../journal/raw-record.js';
import type { Identity } from '../../linux/inode-identity.js';
import { type Call, callOf } from '../../syscalls/lookup.js';
import { type Look, NO_PATH, type Operation, type OperationBody, PATH_TOO_LONG } from '../operation.js';
import { everything, operationOf } from './calls.js';
import { RenameStarts, type Strings, stringsOf } from './strings.js';
import { unknownCall } from './unknown-call.js';
import { bytesIn, WritePieces } from './write-pieces.js';
import { type BeforeWrite, bytesOfWrite, WriteOperation } from './write-operation.js';

/** What a gap says of each cause; the number follows. */
const LOSSES: Readonly<Record<(typeof LOSS_CAUSES)[number], string>> = {
  'ring-full': 'records lost, the ring was full',
  'untracked-child': 'processes that could not be followed',
  'compat-syscall': 'changing system calls of 32-bit programs',
  'io-uring': 'requests by io_uring or aio, whose effect is not seen',
  journal: 'records lost, the journal could not be written',
  'descriptor-replaced': 'calls through a descriptor that another thread closed or replaced meanwhile',
  'unreadable-memory': 'calls whose memory could not be read afterwards',
};
const NONE: readonly never[] = [];

/** Records that belong to a call of their thread which is still to come. */
interface Expected extends BeforeWrite {
  enterNs: number;
  looks?: Look[];
}

/**
 * Makes operations of the records of the system call probes (bpf/, events/abi.ts), which come in the order of each thread.
 * What stands before a call's record, or comes in pieces, is one operation.
 */
export class SyscallDecoder {
  private readonly pieces = new WritePieces();
  private readonly starts = new RenameStarts();
  private readonly expected = new Map<number, Expected>();

  /** Appends to `to`: nothing, the record's operation, or also one before it that cannot be completed any more. */
  decode(record: RawRecord, to: Operation[]): void {
    const cut = this.pieces.endedBy(record);
    if (cut !== undefined) to.push(this.written(cut));
    switch (record.name) {
      case 'write': {
        const whole = this.pieces.add(record);
        if (whole !== undefined) to.push(this.written(whole));
        return;
      }
      case 'window':
        this.expect(record).window = record;
        return;
      case 'aside':
        this.expect(record).outOfRing = {
          tid: record.u32('ns_tid'),
          address: record.big('address'),
          count: record.big('count'),
        };
        return;
      case 'look':
        this.look(record);
        return;
      case 'call':
        this.call(record, to);
        return;
      default:
        to.push(operation(record, record.name, OTHERS[record.name](record)));
    }
  }

  /** After the last record: writes whose end never came. */
  finish(to: Operation[]): void {
    for (const pieces of this.pieces.unfinished()) to.push(this.written(pieces));
  }

  private call(record: RawRecord, to: Operation[]): void {
    const nr = record.u32('nr');
    const call = record.has(RECORD_FLAGS.compat) ? undefined : callOf(nr);
    if (call === undefined) {
      to.push(
        operation(record, `system call ${nr}`, everything(`${unknownCall(record)}, which is not followed`, true)),
      );
      return;
    }
    if (this.starts.take(record)) return;
    const after = stringsOf(record);
    const started = this.starts.of(record, after);
    const strings = started ?? after;
    const body =
      started === undefined
        ? everything(PATH_TOO_LONG, true)
        : (whole(call, record) ?? operationOf(call, record, strings));
    if (body === undefined) return;
    to.push(operation(record, call.name, body, placesOf(call, strings), this.taken(record)?.looks));
  }

  private written(pieces: readonly RawRecord[]): Operation {
    const first = pieces[0] as RawRecord;
    const before = this.taken(first);
    const length = first.u64('total');
    if (first.has(RECORD_FLAGS.output)) {
      const bytes = bytesOfWrite(pieces, before);
      return operation(first, 'write', { does: 'print', fd: first.u32('fd') === 2 ? 2 : 1, length, bytes });
    }
    if (!first.has(RECORD_FLAGS.mapped)) return new WriteOperation(pieces, before);
    const bytes = bytesIn(pieces, length);
    return operation(first, 'mmap', { does: 'read-mapping', offset: first.u64('offset'), bytes });
  }

  private look(record: RawRecord): void {
    const expected = this.expect(record);
    expected.looks ??= [];
    expected.looks.push({
      beganNs: record.since('began_ns'),
      endedNs: record.since('ended_ns'),
      which: record.u32('which') === 0 ? 'first' : 'second',
      found: record.u64('ino') === 0 ? null : record.inode(),
    });
  }

  private expect({ tid, enterNs }: RawRecord): Expected {
    const known = this.expected.get(tid);
    if (known?.enterNs === enterNs) return known;
    const expected = { enterNs };
    this.expected.set(tid, expected);
    return expected;
  }

  /** What stood before the call's record. */
  private taken({ tid, enterNs }: RawRecord): Expected | undefined {
    const known = this.expected.size === 0 ? undefined : this.expected.get(tid);
    if (known?.enterNs !== enterNs) return undefined;
    this.expected.delete(tid);
    return known;
  }
}

/** A call of which the record has not all that it takes to follow it. */
function whole({ name }: Call, record: RawRecord): OperationBody | undefined {
  if (record.has(RECORD_FLAGS.cut)) return everything(PATH_TOO_LONG, true);
  if (!record.has(RECORD_FLAGS.fault)) return undefined;
  // Another thread took its memory or its descriptor away before the kernel programs could read what it was about.
  const cause = `${name}: what it was about could not be read afterwards`;
  return record.hasInode
    ? { does: 'unknown', follow: false, cause, about: 'file', mayMoveNames: false }
    : everything(cause, true);
}

/** The first string of a symbolic link is no path. */
function placesOf({ decoder }: Call, strings: Strings): Strings {
  return decoder === 'symlink' ? { ...strings, first: NO_PATH } : strings;
}

type Other = Exclude<RawRecord['name'], 'write' | 'window' | 'aside' | 'look' | 'call'>;

const OTHERS: { readonly [R in Other]: (record: RawRecord) => OperationBody } = {
  path: (record) => ({
    does: 'sight',
    path: record.has(RECORD_FLAGS.nameless) ? null : record.walked(0, record.u32('path_len')).path,
    isDeleted: record.has(RECORD_FLAGS.deleted),
    isCut: record.has(RECORD_FLAGS.cut),
  }),
  copy: (record) => ({
    does: 'copy',
    offset: record.u64('offset'),
    length: record.u64('length'),
    source: record.u64('src_ino') === 0 ? null : record.identity('src_'),
    fromOffset: record.u64('src_offset'),
    isAmbiguous: record.has(RECORD_FLAGS.ambiguous),
  }),
  fork: (record) => ({ does: 'fork', childPid: record.u32('child_pid') }),
  exec: (record) => {
    const { payload } = record;
    const exeEnd = record.u32('exe_len');
    const argvEnd = exeEnd + record.u32('argv_len');
    return {
      does: 'exec',
      exe: cString(payload.subarray(0, exeEnd)),
      argv: splitArguments(payload.subarray(exeEnd, argvEnd)),
      cwd: record.walked(argvEnd, argvEnd + record.u32('cwd_len')).path,
    };
  },
  exit: (record) => {
    const status = record.u32('code');
    return { does: 'exit', code: (status >> 8) & 0xff, signal: status & 0x7f };
  },
  loss: (record) => {
    const cause = LOSSES[LOSS_CAUSES[record.u32('cause')] ?? 'ring-full'];
    return { does: 'lose', cause, records: record.u64('records'), files: identitiesIn(record) };
  },
};

/** Gives the body its head. */
function operation(
  record: RawRecord,
  call: string,
  body: OperationBody,
  strings?: Strings,
  looks?: readonly Look[],
): Operation {
  return {
    pid: record.pid,
    tid: record.tid,
    comm: record.comm,
    enterNs: record.enterNs,
    exitNs: record.exitNs,
    call,
    inode: record.hasInode ? record.inode() : undefined,
    first: strings?.first ?? NO_PATH,
    second: strings?.second ?? NO_PATH,
    namespace: strings?.namespace ?? 0,
    looks: looks ?? NONE,
    ...body,
  } as Operation;
}

function identitiesIn(record: RawRecord): Identity[] {
  const { payload } = record;
  return Array.from({ length: record.u32('dirty') }, (_, i) => ({
    inoLow: payload.readUInt32LE(16 * i),
    inoHigh: payload.readUInt32LE(16 * i + 4),
    dev: payload.readUInt32LE(16 * i + 8),
    gen: payload.readUInt32LE(16 * i + 12),
  }));
}

function splitArguments(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const end = bytes[bytes.length - 1] === 0 ? bytes.length - 1 : bytes.length;
  return fromBytes(bytes.subarray(0, end)).split('\0');
}
