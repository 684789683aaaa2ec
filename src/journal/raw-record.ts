import { layoutOf, RECORDS, type RecordName } from '../events/abi.js';
import { fromBytes } from '../events/byte-string.js';
import type { Identity, InodeAfter } from '../linux/inode-identity.js';
import { MOUNTED, type MountTable } from '../linux/mount-table.js';

const TYPES = new Map<number, RecordName>(
  (Object.keys(RECORDS) as RecordName[]).map((name) => [RECORDS[name].type, name]),
);
const HEAD = layoutOf('fork').offsets as Record<
  'size' | 'type' | 'flags' | 'enter_ns' | 'exit_ns' | 'pid' | 'tid' | 'comm',
  number
>;

/** Behind the head, of every record that has these fields. */
const INODE = layoutOf('write').offsets as Record<
  'ino' | 'dev' | 'gen' | 'size_after' | 'mode' | 'uid' | 'gid' | 'nlink',
  number
>;
const WITH_INODE: ReadonlySet<RecordName> = new Set(
  (Object.keys(RECORDS) as RecordName[]).filter((name) => 'ino' in RECORDS[name].fields),
);

/** The name of the thread whose record was read last: most records are of the same thread as the one before. */
const lastComm = { words: [0, 0, 0, 0], text: '' };

/** The start of the recording on CLOCK_MONOTONIC. In halves, because times are taken for every record. */
export class StartTime {
  private readonly low: number;
  private readonly high: number;

  constructor(readonly monoNs: bigint) {
    this.low = Number(monoNs & 0xffffffffn);
    this.high = Number(monoNs >> 32n);
  }

  /** Nanoseconds from the start to the clock value at `at`; exact below 104 days. */
  since(frame: Buffer, at: number): number {
    return (frame.readUInt32LE(at + 4) - this.high) * 2 ** 32 + (frame.readUInt32LE(at) - this.low);
  }
}

/** What the records of one journal are read with. */
export class Origin {
  /** Where filesystems that only the command had mounted were seen last, by device. */
  private readonly points = new Map<number, string>();

  constructor(
    readonly start: StartTime,
    private readonly mounts: MountTable,
  ) {}

  walked(names: Buffer): Walked {
    if (names.length === 0) return { path: '/', namespace: 0 };
    const parts = fromBytes(names.subarray(0, names.length - 1)).split('\0');
    const mark = parts.findIndex((part) => part.startsWith('/'));
    if (mark < 0) return { path: pathOf(parts), namespace: 0 };
    const [dev, namespace] = [1, 9].map((at) => Number.parseInt((parts[mark] as string).slice(at, at + 8), 16)) as [
      number,
      number,
    ];
    const within = pathOf(parts.slice(0, mark));
    const known = this.mounts.locate(`${dev >>> 20}:${dev & 0xfffff}`, within);
    if (known !== undefined) return { path: known, namespace };
    const seen = pathOf(parts.slice(mark + 1));
    // What becomes the root by pivot_root keeps its name.
    const point = seen === '/' ? (this.points.get(dev) ?? seen) : seen;
    this.points.set(dev, point);
    return { path: [MOUNTED, point, within].filter((part) => part !== '/').join(''), namespace };
  }
}

function pathOf(leafFirst: readonly string[]): string {
  return `/${leafFirst.toReversed().join('/')}`;
}

/** One record of the journal, at [at, end) of its frame. Fields are decoded on demand: there are many, and few are asked for. */
export class RawRecord {
  readonly name: RecordName;
  readonly flags: number;
  readonly pid: number;
  readonly tid: number;
  /** Since the start of the recording; negative for a call that began before it. */
  readonly enterNs: number;
  readonly exitNs: number;
  private readonly offsets: Record<string, number>;

  constructor(
    private readonly frame: Buffer,
    private readonly at: number,
    private readonly end: number,
    private readonly origin: Origin,
  ) {
    const name = TYPES.get(frame.readUInt16LE(at + HEAD.type));
    this.name = name ?? 'loss';
    this.offsets = LAYOUTS[this.name].offsets;
    this.flags = frame.readUInt16LE(at + HEAD.flags);
    this.pid = frame.readUInt32LE(at + HEAD.pid);
    this.tid = frame.readUInt32LE(at + HEAD.tid);
    this.enterNs = origin.start.since(frame, at + HEAD.enter_ns);
    this.exitNs = origin.start.since(frame, at + HEAD.exit_ns);
  }

  get comm(): string {
    const from = this.at + HEAD.comm;
    const { words } = lastComm;
    let isSame = true;
    for (let i = 0; i < words.length; i++) {
      const word = this.frame.readUInt32LE(from + 4 * i);
      if (word === words[i]) continue;
      words[i] = word;
      isSame = false;
    }
    if (!isSame) lastComm.text = cString(this.frame.subarray(from, from + 16));
    return lastComm.text;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  u16(field: string): number {
    return this.frame.readUInt16LE(this.offset(field));
  }

  u32(field: string): number {
    return this.frame.readUInt32LE(this.offset(field));
  }

  /** A 64-bit field that is known to be a size, offset or count. */
  u64(field: string): number {
    const at = this.offset(field);
    return this.frame.readUInt32LE(at + 4) * 2 ** 32 + this.frame.readUInt32LE(at);
  }

  big(field: string): bigint {
    return this.frame.readBigUInt64LE(this.offset(field));
  }

  /** A field with a time, since the start of the recording. */
  since(field: string): number {
    return this.origin.start.since(this.frame, this.offset(field));
  }

  arg(n: number): bigint {
    return this.frame.readBigUInt64LE(this.offset('args') + 8 * n);
  }

  /** An argument that the program passed as an int. */
  arg32(n: number): number {
    return this.frame.readInt32LE(this.offset('args') + 8 * n);
  }

  identity(prefix = ''): Identity {
    const ino = this.offset(`${prefix}ino`);
    return {
      inoLow: this.frame.readUInt32LE(ino),
      inoHigh: this.frame.readUInt32LE(ino + 4),
      dev: this.u32(`${prefix}dev`),
      gen: this.u32(`${prefix}gen`),
    };
  }

  /** Whether the record names an inode. */
  get hasInode(): boolean {
    if (!WITH_INODE.has(this.name)) return false;
    return this.frame.readUInt32LE(this.at + INODE.ino) !== 0 || this.frame.readUInt32LE(this.at + INODE.ino + 4) !== 0;
  }

  /** The inode, as the call left it. */
  inode(): InodeAfter {
    const { frame, at } = this;
    return {
      inoLow: frame.readUInt32LE(at + INODE.ino),
      inoHigh: frame.readUInt32LE(at + INODE.ino + 4),
      dev: frame.readUInt32LE(at + INODE.dev),
      gen: frame.readUInt32LE(at + INODE.gen),
      mode: frame.readUInt32LE(at + INODE.mode),
      uid: frame.readUInt32LE(at + INODE.uid),
      gid: frame.readUInt32LE(at + INODE.gid),
      nlink: frame.readUInt32LE(at + INODE.nlink),
      sizeBytes: frame.readUInt32LE(at + INODE.size_after + 4) * 2 ** 32 + frame.readUInt32LE(at + INODE.size_after),
    };
  }

  /** A walk among the payload. */
  walked(from: number, to: number): Walked {
    return this.origin.walked(this.payload.subarray(from, to));
  }

  /** What follows the fixed fields. */
  get payload(): Buffer {
    return this.frame.subarray(this.at + LAYOUTS[this.name].size, this.end);
  }

  /** The first `length` bytes of it; fewer where there are fewer. */
  payloadUpTo(length: number): Buffer {
    const from = this.at + LAYOUTS[this.name].size;
    return this.frame.subarray(from, Math.min(from + length, this.end));
  }

  private offset(field: string): number {
    return this.at + (this.offsets[field] as number);
  }
}

const LAYOUTS = Object.fromEntries(
  (Object.keys(RECORDS) as RecordName[]).map((name) => [name, layoutOf(name)]),
) as Record<RecordName, ReturnType<typeof layoutOf>>;

/** What a walk found (bpf/lib/walk.h): names leaf first, each with a NUL. */
export interface Walked {
  path: string;
  /** The mount namespace that it was found in; 0: dk's own. */
  namespace: number;
}

/** A NUL-terminated string, without its NUL. */
export function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return fromBytes(end < 0 ? bytes : bytes.subarray(0, end));
}
