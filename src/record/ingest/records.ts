import { LOSS_CAUSES, RECORD_FLAGS, type RecordName } from '../../events/abi.js';
import { fromBytes } from '../../events/byte-string.js';
import { extentsBetween } from '../../timeline/extents.js';
import { UNKNOWN } from '../../timeline/types.js';
import { handleCall } from './calls.js';
import type { Context, Outcome } from './context.js';
import { ownFile } from './own-file.js';
import { lostRights, modeAfterCall, withSideEffects } from './lost-rights.js';
import { isMounted } from './mount-table.js';
import { identityOf } from './model.js';
import { cString, type RawRecord } from './raw-record.js';

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

type Handler = (context: Context, record: RawRecord) => Outcome;

/** Every record type but writes, which come in pieces (writes.ts), and looks, which say when calls come (looks.ts). */
export const RECORD_HANDLERS: { readonly [R in Exclude<RecordName, 'write' | 'look'>]: Handler } = {
  call: handleCall,
  path: handlePath,
  copy: handleCopy,
  fork: (context, record) => {
    const parent = context.processes.of(record.pid);
    const child = context.processes.start(record.u32('child_pid'), parent);
    context.views.fork(parent.pid, child.pid);
    context.emit(record, { kind: 'proc.fork', file: 0, path: '', childPid: child.pid, childProc: child.proc });
    return 'done';
  },
  exec: (context, record) => {
    const { payload } = record;
    const [exeEnd, argvEnd] = [record.u32('exe_len'), record.u32('exe_len') + record.u32('argv_len')];
    const program = {
      exe: cString(payload.subarray(0, exeEnd)),
      argv: splitArguments(payload.subarray(exeEnd, argvEnd)),
      cwd: record.walked(argvEnd, argvEnd + record.u32('cwd_len')).path,
    };
    context.processes.exec(record.pid, program);
    context.emit(record, { kind: 'proc.exec', file: 0, path: program.exe, ...program });
    return 'done';
  },
  exit: (context, record) => {
    const status = record.u32('code');
    context.emit(record, { kind: 'proc.exit', file: 0, path: '', code: (status >> 8) & 0xff, signal: status & 0x7f });
    context.processes.end(record.pid);
    context.opened.forget(record.tid);
    return 'done';
  },
  aside: (context, record) => {
    context.asides.add(record);
    return 'done';
  },
  window: (context, record) => {
    context.windows.add(record);
    return 'done';
  },
  loss: (context, record) => {
    const cause = `${LOSSES[LOSS_CAUSES[record.u32('cause')] ?? 'ring-full']}: ${record.u64('records')}`;
    const { payload } = record;
    const dirty = record.u32('dirty');
    if (dirty === 0) context.doubt(record, cause, { file: 0, path: '' });
    for (let i = 0; i < dirty; i++) {
      const at = 16 * i;
      const id = {
        inoLow: payload.readUInt32LE(at),
        inoHigh: payload.readUInt32LE(at + 4),
        dev: payload.readUInt32LE(at + 8),
        gen: payload.readUInt32LE(at + 12),
      };
      const file = context.model.fileOf(id) ?? 0;
      context.doubt(record, cause, { file, path: file === 0 ? '' : context.model.pathOf(file) });
    }
    return 'done';
  },
};

/** A record that says where something is, of which the beginning is missing. */
export function pathCutOff(context: Context, record: RawRecord): Outcome {
  context.doubt(record, 'a path of 4096 bytes or more', { file: 0, path: '' });
  return 'done';
}

/** First sight of an inode: which file of the model is it? And by which of several names the thread has it open. */
function handlePath(context: Context, record: RawRecord): Outcome {
  const { model } = context;
  const id = record.identity();
  const known = model.fileOf(id);
  const isDeleted = record.has(RECORD_FLAGS.deleted);
  const isNew = known === undefined || (!isDeleted && model.state.nameOf(known) === undefined);
  const hasOthers = !isDeleted && record.u32('nlink') > 1;
  if (!isNew && !hasOthers) return 'done';
  if (record.has(RECORD_FLAGS.cut)) return pathCutOff(context, record);
  if (record.has(RECORD_FLAGS.nameless)) return foundByHandle(context, record);
  const path = record.walked(0, record.u32('path_len')).path;
  if (!isNew) {
    const name = model.noted('/', path, record.exitedNs);
    if (name?.file === known) context.opened.note(record.tid, name);
    return 'done';
  }
  const at = isDeleted ? undefined : model.existing('/', path, { follow: false });
  if (hasOthers && at !== undefined) context.opened.note(record.tid, at);
  if (at !== undefined && at.file !== 0) {
    // On overlayfs only what is in the upper layer has a generation.
    model.bind(id, id.gen === 0 ? at.file : ownFile(context, record, at).file);
    return 'done';
  }
  if (at !== undefined && isMounted(path)) {
    model.bind(id, model.addNamed(namelessNode(record), at));
    return 'done';
  }
  if (!isDeleted && !context.force) return 'too-early';
  model.bind(id, model.addNameless(namelessNode(record)));
  return 'done';
}

/** By its identity alone; what was never met is in doubt with everything, once it is changed. */
function foundByHandle({ model, force }: Context, record: RawRecord): Outcome {
  const id = record.identity();
  const file = model.fileOf(id) ?? model.baseFileOf(id);
  if (file !== undefined) model.bind(id, file);
  return file !== undefined || force ? 'done' : 'too-early';
}

function namelessNode(record: RawRecord) {
  const id = record.identity();
  return {
    mode: record.u32('mode'),
    nlink: record.u32('nlink'),
    uid: record.u32('uid'),
    gid: record.u32('gid'),
    rdev: 0,
    identity: identityOf(id),
    sizeBytes: record.u64('size_after'),
    mtimeNs: 0n,
    ctimeNs: 0n,
    target: null,
    xattrs: null,
    listed: false,
  };
}

function handleCopy(context: Context, record: RawRecord): Outcome {
  const { model } = context;
  const file = model.fileOf(record.identity());
  if (file === undefined) return context.force ? doubtAll(context, record) : 'too-early';
  const path = context.opened.pathOf(record.tid, file);
  const hasSource = record.u64('src_ino') !== 0;
  const from = hasSource ? (model.fileOf(record.identity('src_')) ?? 0) : 0;
  const [offset, length] = [record.u64('offset'), record.u64('length')];
  const copied = { kind: 'file.copy', file, path, offset, length, from, fromOffset: record.u64('src_offset') } as const;
  context.emit(record, withSideEffects(copied, lostRights(context, file, modeAfterCall(record))));
  const cause = copyDoubt(context, file, from, { offset, length, fromOffset: record.u64('src_offset') });
  if (cause !== undefined) context.doubt(record, cause, { file, path, offset, length });
  if (record.has(RECORD_FLAGS.ambiguous)) {
    context.doubt(record, 'the shared file position moved during the copy', { file, path });
  }
  return 'done';
}

/** Why the copied bytes are not known; undefined when they are. */
function copyDoubt(
  { model }: Context,
  file: number,
  from: number,
  { offset, length, fromOffset }: { offset: number; length: number; fromOffset: number },
): string | undefined {
  if (from === 0) return 'bytes came from an unknown file';
  if (from === file && offset < fromOffset + length && fromOffset < offset + length)
    return 'a copy of a file into itself';
  const content = model.state.rec(file)?.extents ?? null;
  for (const extent of extentsBetween(content, offset, length)) {
    if (extent.stream === UNKNOWN) return 'the copied bytes are not known';
  }
  return undefined;
}

function doubtAll(context: Context, record: RawRecord): Outcome {
  context.doubt(record, 'a copy into a file that was never seen', { file: 0, path: '' });
  return 'done';
}

function splitArguments(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const end = bytes[bytes.length - 1] === 0 ? bytes.length - 1 : bytes.length;
  return fromBytes(bytes.subarray(0, end)).split('\0');
}
