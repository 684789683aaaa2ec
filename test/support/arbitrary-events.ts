/** fast-check arbitraries over every kind of event and the whole range of every field. */
import fc from 'fast-check';
import { fromBytes } from '../../src/events/byte-string.js';
import { type DkEvent, OUTPUT_FILES, writtenStream } from '../../src/events/event.js';
import type { Kind } from '../../src/events/kinds.js';
import { KIND_NAMES } from '../../src/events/kinds.js';

/** Offsets, lengths, sizes. */
const size = fc.oneof(fc.nat(1 << 20), fc.maxSafeNat());
/** Ids whose streams are safe integers too. */
const id = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 2 ** 51 }));
const int32 = fc.oneof(fc.nat(70_000), fc.integer());
const mode = fc.nat(0o177777);
/** Byte strings: anything that file names can be, "é" cut in half included. */
export const byteString = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => fromBytes(bytes)),
);
const path = fc.oneof(
  fc.constantFrom('/a', '/a/b.txt', '/tmp/\udcff\udc80', '/ünï/日本'),
  byteString.map((name) => `/${name}`),
);
const bytes = fc.uint8Array({ maxLength: 40 });
const clock = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
const dataRef = fc.record({ stream: id, off: size }, { noNullPrototype: true });
const created = { mode, uid: int32, gid: int32 };
const truth = fc.record(
  {
    ...created,
    rdev: fc.nat(),
    sizeBytes: size,
    target: fc.option(byteString),
    mtimeNs: clock,
    xattrs: fc
      .uniqueArray(fc.tuple(byteString, bytes), { selector: ([name]) => name, maxLength: 3 })
      .map(Object.fromEntries),
  },
  { noNullPrototype: true },
);

const PAYLOADS: { [K in Kind]: Record<string, fc.Arbitrary<unknown>> } = {
  'file.create': created,
  'file.write': { offset: size, length: size, data: dataRef },
  'file.truncate': { sizeBytes: size },
  'file.allocate': { mode: fc.nat(127), offset: size, length: size },
  'file.copy': { offset: size, length: size, from: id, fromOffset: size, data: fc.option(dataRef) },
  'file.sync': { offset: size, length: size, data: dataRef },
  'dir.create': created,
  'dir.remove': {},
  'link.create': { newPath: path },
  'symlink.create': { ...created, target: byteString },
  'node.create': { ...created, rdev: fc.nat() },
  'path.rename': { newPath: path, replaced: id },
  'path.exchange': { newPath: path, other: id },
  'path.unlink': {},
  'meta.mode': { mode },
  'meta.owner': { uid: int32, gid: int32 },
  'meta.times': { atimeNs: fc.option(clock), mtimeNs: fc.option(clock), mtimeNow: fc.boolean() },
  'meta.xattr': { name: byteString, value: fc.option(bytes) },
  'meta.flags': { flags: fc.nat(0xffffffff), mask: fc.nat(0xffffffff), project: fc.option(fc.nat(0xffffffff)) },
  'sync.file': { dataOnly: fc.boolean() },
  'sync.all': {},
  'proc.fork': { childPid: int32, childProc: id },
  'proc.exec': { argv: fc.array(byteString, { maxLength: 5 }), exe: path, cwd: path },
  'proc.exit': { code: int32, signal: fc.nat(64) },
  'output.write': { fd: fc.constantFrom(1, 2), length: size, data: dataRef },
  gap: { cause: byteString, lost: size, offset: size, length: size },
  resync: { truth: fc.option(truth), data: fc.option(dataRef), nlink: fc.option(fc.nat(0xffffffff)) },
};

const sideEffects = fc.record(
  {
    mode: fc.option(fc.nat(0o7777)),
    xattrs: fc
      .uniqueArray(fc.tuple(byteString, fc.option(bytes)), { selector: ([name]) => name, maxLength: 3 })
      .map(Object.fromEntries),
  },
  { noNullPrototype: true },
);

/** What was written to a file stands in its own stream, or nowhere; what was printed in that of the output. */
function inOwnStream(event: Record<string, unknown>): Record<string, unknown> {
  const { data, file, fd } = event as { data?: { stream: number; off: number } | null; file: number; fd?: 1 | 2 };
  if (data === undefined || data === null) return event;
  const own = writtenStream(fd === undefined ? file : OUTPUT_FILES[fd]);
  return { ...event, data: { ...data, stream: data.stream % 4 === 0 ? 1 : own } };
}

function eventOf(kind: Kind): fc.Arbitrary<Omit<DkEvent, 'seq'>> {
  const event = fc
    .record(
      {
        tsNs: size,
        durNs: fc.nat(1_000_000_000),
        pid: int32,
        tid: fc.oneof(fc.nat(4), int32),
        comm: byteString,
        proc: id,
        file: id,
        path: fc.oneof(fc.constant(''), path),
        kind: fc.constant(kind),
        ...PAYLOADS[kind],
      },
      { noNullPrototype: true },
    )
    .map(inOwnStream) as unknown as fc.Arbitrary<Omit<DkEvent, 'seq'>>;
  return fc.oneof(
    { weight: 4, arbitrary: event },
    fc.tuple(event, sideEffects).map(([one, also]) => ({ ...one, also })),
  );
}

/** Events numbered from `firstSeq`, any kinds in any order. */
export function eventsFrom(firstSeq: number, maxLength: number): fc.Arbitrary<DkEvent[]> {
  return fc
    .array(fc.oneof(...KIND_NAMES.map(eventOf)), { minLength: 1, maxLength })
    .map((events) => events.map((event, i) => ({ seq: firstSeq + i, ...event }) as DkEvent));
}
