import { fromBytes } from '../../src/events/byte-string.js';
import type { DkEvent, EventOf } from '../../src/events/event.js';
import type { Kind } from '../../src/events/kinds.js';
import { KIND_NAMES } from '../../src/events/kinds.js';

type Payload<K extends Kind> = Omit<EventOf<K>, keyof EventOf<'sync.all'>>;

const created = { mode: 0o100644, uid: 1000, gid: 100 };
const data = { stream: 2 * 40 + 1, off: 17 };
const odd = fromBytes(Buffer.from([0x2f, 0xff, 0x41]));

const PAYLOADS: { [K in Kind]: Payload<K> } = {
  'file.create': created,
  'file.write': { offset: 17, length: 5, data },
  'file.truncate': { sizeBytes: 2 ** 40 },
  'file.allocate': { mode: 3, offset: 4096, length: 8192 },
  'file.copy': { offset: 0, length: 5, from: 41, fromOffset: 9, data: null },
  'file.sync': { offset: 0, length: 22, data: { stream: 81, off: 0 } },
  'dir.create': { ...created, mode: 0o40755 },
  'dir.remove': {},
  'link.create': { newPath: odd },
  'symlink.create': { ...created, mode: 0o120777, target: '../ü' },
  'node.create': { ...created, mode: 0o20600, rdev: 0x103 },
  'path.rename': { newPath: '/w/new', replaced: 44 },
  'path.exchange': { newPath: '/w/other', other: 45 },
  'path.unlink': {},
  'meta.mode': { mode: 0o4755 },
  'meta.owner': { uid: 4294967294, gid: 0 },
  'meta.times': { atimeNs: null, mtimeNs: -1_500_000_001n, mtimeNow: false },
  'meta.xattr': { name: 'user.note', value: new Uint8Array([0, 255, 7]) },
  'meta.flags': { flags: 0x80010, mask: 0x10, project: 7 },
  'sync.file': { dataOnly: true },
  'sync.all': {},
  'proc.fork': { childPid: 4242, childProc: 2 },
  'proc.exec': { argv: ['cc', '-o', odd], exe: '/usr/bin/cc', cwd: '/w' },
  'proc.exit': { code: 3, signal: 0 },
  'output.write': { fd: 2, length: 6, data: { stream: 7, off: 0 } },
  gap: { cause: 'ring full', lost: 12, offset: 0, length: 0 },
  resync: {
    truth: {
      ...created,
      rdev: 0,
      sizeBytes: 22,
      target: null,
      mtimeNs: 1_700_000_000_123_456_789n,
      xattrs: { 'user.note': new Uint8Array([1]) },
    },
    data: { stream: 81, off: 0 },
    nlink: 2,
  },
};

/** One event of every kind, numbered from 1: always the same. */
export const EVERY_KIND: readonly DkEvent[] = KIND_NAMES.map(
  (kind, i) =>
    ({
      seq: i + 1,
      tsNs: 1_000_000 + i * 777,
      durNs: 900 + i,
      pid: 4000 + (i % 2),
      tid: 4000 + (i % 2),
      comm: i % 2 ? 'cc1' : 'make',
      proc: 1 + (i % 2),
      file: kind === 'output.write' ? 3 : 40,
      path: '/w/file',
      kind,
      ...PAYLOADS[kind],
    }) as DkEvent,
);

/** Of the kinds, and their fields, that there were when the first formats were fixed. */
export const FIRST_KINDS: readonly DkEvent[] = EVERY_KIND.slice(0, 26).map((event) =>
  event.kind === 'resync' ? { ...event, nlink: null } : event,
);
