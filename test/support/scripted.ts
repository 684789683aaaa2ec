import { StreamWriter } from '../../src/cas/stream-writer.js';
import type { BlobWriter } from '../../src/cas/types.js';
import type { RecordingInfo } from '../../src/catalog/types.js';
import type { NodeTruth, ProcessInfo, SideEffects } from '../../src/events/event.js';
import type { IndexReader, IndexWriter } from '../../src/index/types.js';
import { type EventToWrite, RecordingWriter, type WriterTotals } from '../../src/ingest/writer.js';
import { BaseManifest } from '../../src/timeline/base-manifest.js';
import { BaseTree } from '../../src/timeline/base-tree.js';
import type { LiveReader } from '../../src/timeline/live-files.js';
import { openRecording } from '../../src/timeline/recording.js';
import type { Recording } from '../../src/timeline/types.js';
import { type BaseSpec, baseRows, contentOfBase, encodeBase } from './base-bytes.js';
import { MemoryBlobs } from './memory-blobs.js';
import { MemoryIndex } from './memory-index.js';

/** What is not said in a script: `Omit` that keeps the union of kinds. */
type Facts<K extends EventToWrite['kind']> = Omit<
  Extract<EventToWrite, { kind: K }>,
  'kind' | 'tsNs' | 'durNs' | 'pid' | 'tid' | 'comm' | 'proc' | 'file' | 'path'
>;
type Bytes = string | Uint8Array;

export interface ScriptOptions {
  cwd?: string;
  /** What stood in `cwd` before; paths relative to it. */
  base?: BaseSpec;
  /** The bytes of a base.bin, instead of `base`: no pre-images are saved then. */
  manifest?: Buffer;
  /** Who runs the processes; 1000 and 1000. */
  owner?: { uid: number; gid: number };
  live?: LiveReader;
  /** Saves the base's bytes as pre-images (default); otherwise they are only on the live tree. */
  preimages?: boolean;
  argv?: string[];
  info?: Partial<RecordingInfo>;
  keyframeEvery?: number;
}

/** Where a scripted recording is written to; in memory unless a test wants real stores. */
export interface ScriptTargets {
  writer: IndexWriter;
  reader: IndexReader;
  blobs: BlobWriter;
}

export interface Scripted {
  recording: Recording;
  info: RecordingInfo;
  base: Buffer;
  index: IndexReader;
  blobs: BlobWriter;
  totals: WriterTotals;
  /** What did not fit the model: empty unless a test wants it so. */
  problems: string[];
}

/** Runs the script and opens what it recorded. */
export async function scripted(
  options: ScriptOptions,
  play: (script: Script) => void,
  targets: ScriptTargets = memoryTargets(),
): Promise<Scripted> {
  const cwd = options.cwd ?? '/work/app';
  const base = options.manifest ?? encodeBase(cwd, options.base ?? {});
  const tree = new BaseTree(BaseManifest.parse(base));
  const streams = new StreamWriter(targets.blobs, (stream, piece) => targets.writer.putPiece(stream, piece));
  const { keyframeEvery } = options;
  const writer = new RecordingWriter({
    index: targets.writer,
    streams,
    blobs: targets.blobs,
    base: tree,
    ...(keyframeEvery === undefined ? {} : { keyframeEvery }),
  });
  if (options.preimages !== false) {
    baseRows(cwd, options.base ?? {}).forEach(({ entry }, at) => {
      const content = contentOfBase(entry);
      if (content !== undefined && content.length > 0) writer.setBaseContent(16 + at, [{ offset: 0, data: content }]);
    });
  }
  const script = new Script(writer, cwd, options.argv ?? ['npm', 'test'], options.owner ?? OWNER);
  play(script);
  script.end();
  const totals = await writer.finish();
  const info = { ...recordingInfo(options, cwd, totals), durationNs: script.nowNs, ...options.info };
  const source = {
    info,
    index: targets.reader,
    blobs: targets.blobs,
    base,
    ...(options.live ? { live: options.live } : {}),
  };
  const recording = await openRecording(source);
  return { recording, info, base, index: targets.reader, blobs: targets.blobs, totals, problems: writer.problems };
}

export function memoryTargets(): ScriptTargets {
  const index = new MemoryIndex();
  return { writer: index, reader: index, blobs: new MemoryBlobs() };
}

/** A process of a script: each method is one system call that succeeded. Relative paths count from its directory. */
export class ScriptedProcess {
  lastExec: { argv: string[]; exe: string };
  lastSeq = 0;

  constructor(
    private readonly script: Script,
    readonly info: ProcessInfo,
    private cwd: string,
  ) {
    this.lastExec = { argv: info.argv, exe: info.exe };
  }

  create(path: string, mode = 0o644): number {
    const file = this.script.writer.newFile();
    this.emit('file.create', file, path, { mode: 0o100000 | mode, ...this.script.owner });
    return file;
  }

  /** open with O_CREAT | O_TRUNC, one write. */
  writeFile(path: string, bytes: Bytes): void {
    const there = this.find(path);
    if (there === 0) this.create(path);
    else this.truncate(path, 0);
    this.write(path, bytes, 0);
  }

  write(path: string, bytes: Bytes, offset = 0): number {
    return this.writeTo(this.file(path), path, bytes, offset);
  }

  /** A write through a descriptor, whatever names the file still has. */
  writeTo(file: number, path: string, bytes: Bytes, offset = 0): number {
    const data = toBuffer(bytes);
    return this.emit('file.write', file, path, { offset, length: data.length }, [data]);
  }

  append(path: string, bytes: Bytes): number {
    return this.write(path, bytes, this.size(path));
  }

  truncate(path: string, sizeBytes = 0): number {
    return this.emit('file.truncate', this.file(path), path, { sizeBytes });
  }

  allocate(path: string, mode: number, offset: number, length: number): number {
    return this.emit('file.allocate', this.file(path), path, { mode, offset, length });
  }

  /** copy_file_range: the bytes are the source's, by reference. */
  copy(from: string, fromOffset: number, to: string, offset: number, length: number): number {
    return this.emit('file.copy', this.file(to), to, { offset, length, from: this.file(from), fromOffset });
  }

  mkdir(path: string, mode = 0o755): number {
    return this.emit('dir.create', this.script.writer.newFile(), path, { mode: 0o040000 | mode, ...this.script.owner });
  }

  rmdir(path: string): number {
    return this.emit('dir.remove', this.file(path), path, {});
  }

  unlink(path: string): number {
    return this.emit('path.unlink', this.file(path), path, {});
  }

  rename(path: string, newPath: string): number {
    const to = this.path(newPath);
    return this.emit('path.rename', this.file(path), path, { newPath: to, replaced: this.find(newPath) });
  }

  exchange(path: string, newPath: string): number {
    return this.emit('path.exchange', this.file(path), path, {
      newPath: this.path(newPath),
      other: this.file(newPath),
    });
  }

  link(path: string, newPath: string): number {
    return this.emit('link.create', this.file(path), path, { newPath: this.path(newPath) });
  }

  symlink(target: string, path: string): number {
    return this.emit('symlink.create', this.script.writer.newFile(), path, {
      mode: 0o120777,
      ...this.script.owner,
      target,
    });
  }

  mknod(path: string, mode: number, rdev = 0): number {
    return this.emit('node.create', this.script.writer.newFile(), path, { mode, ...this.script.owner, rdev });
  }

  chmod(path: string, mode: number): number {
    return this.emit('meta.mode', this.file(path), path, { mode });
  }

  chown(path: string, uid: number, gid: number, also?: SideEffects): number {
    return this.emit('meta.owner', this.file(path), path, { uid, gid, ...(also && { also }) });
  }

  utimes(path: string, mtimeNs: bigint, atimeNs: bigint | null = null): number {
    return this.emit('meta.times', this.file(path), path, { atimeNs, mtimeNs, mtimeNow: false });
  }

  setxattr(path: string, name: string, value: Bytes | null): number {
    return this.emit('meta.xattr', this.file(path), path, { name, value: value === null ? null : toBuffer(value) });
  }

  chattr(path: string, flags: number, mask: number): number {
    return this.emit('meta.flags', this.file(path), path, { flags, mask, project: null });
  }

  fsync(path: string): number {
    return this.emit('sync.file', this.file(path), path, { dataOnly: false });
  }

  output(text: Bytes, fd = 1): number {
    const data = toBuffer(text);
    return this.emit('output.write', 0, '', { fd, length: data.length }, [data]);
  }

  gap(path: string, facts: Partial<Facts<'gap'>> = {}): number {
    const file = path === '' ? 0 : this.file(path);
    return this.emit('gap', file, path, { cause: 'a record was lost', lost: 1, offset: 0, length: 0, ...facts });
  }

  /** The truth about a regular file was read back; null: nothing stands there. */
  resync(path: string, content: Bytes | null): number {
    if (content === null) return this.emit('resync', this.find(path), path, { truth: null, nlink: null });
    const data = toBuffer(content);
    const truth: NodeTruth = { ...TRUTH, sizeBytes: data.length };
    return this.emit('resync', this.find(path) || this.script.writer.newFile(), path, { truth, nlink: null }, [data]);
  }

  chdir(path: string): void {
    this.cwd = this.path(path);
  }

  fork(pid: number): ScriptedProcess {
    const child = this.script.process(pid, this.info.proc, this.lastExec.argv, this.cwd);
    this.emit('proc.fork', 0, '', { childPid: pid, childProc: child.info.proc });
    return child;
  }

  exec(...argv: string[]): this {
    const exe = (argv[0] ?? '').startsWith('/') ? (argv[0] as string) : `/usr/bin/${argv[0]}`;
    this.lastExec = { argv, exe };
    this.emit('proc.exec', 0, exe, { argv, exe, cwd: this.cwd });
    return this;
  }

  exit(code = 0, signal = 0): void {
    this.emit('proc.exit', 0, '', { code, signal });
    this.lastSeq = this.script.writer.totals().events;
  }

  /** The file that stands at the path now; 0 for none. */
  find(path: string): number {
    const at = this.script.writer.model.resolve(this.path(path));
    return at.found ? at.file : 0;
  }

  path(path: string): string {
    return path.startsWith('/') || path === '' ? path : `${this.cwd}/${path}`;
  }

  private file(path: string): number {
    const file = this.find(path);
    if (file === 0) throw new Error(`the script names ${path}, which does not exist`);
    return file;
  }

  private size(path: string): number {
    const file = this.file(path);
    return (this.script.writer.model.rec(file) ?? this.script.base.node(file))?.sizeBytes ?? 0;
  }

  private emit<K extends EventToWrite['kind']>(
    kind: K,
    file: number,
    path: string,
    facts: Facts<K>,
    data: Uint8Array[] | null = null,
  ): number {
    const { pid, proc } = this.info;
    const comm = (this.lastExec.exe.split('/').at(-1) ?? '').slice(0, 15);
    const common = { tsNs: this.script.tick(), durNs: 1000, pid, tid: pid, comm, proc, file, path: this.path(path) };
    return this.script.writer.append({ kind, ...common, ...facts } as unknown as EventToWrite, data);
  }
}

/** A recording being scripted. The clock moves one millisecond an event. */
export class Script {
  nowNs = 0;
  readonly main: ScriptedProcess;
  private readonly processes: ScriptedProcess[] = [];

  constructor(
    readonly writer: RecordingWriter,
    readonly cwd: string,
    argv: string[],
    readonly owner: { uid: number; gid: number },
  ) {
    this.main = this.process(1000, 0, argv, cwd);
  }

  get base(): BaseTree {
    return this.writer.model.base;
  }

  /** A process that needs no fork event before it. */
  process(pid: number, parent: number, argv: string[], cwd = this.cwd): ScriptedProcess {
    const proc = this.processes.length + 1;
    const firstSeq = this.writer.totals().events + 1;
    const exe = `/usr/bin/${argv[0]}`;
    const info = { proc, pid, parent, argv, exe, cwd, firstSeq, lastSeq: 0 };
    const made = new ScriptedProcess(this, info, cwd);
    this.processes.push(made);
    return made;
  }

  tick(ns = 1_000_000): number {
    this.nowNs += ns;
    return this.nowNs;
  }

  /** Writes the process table. */
  end(): void {
    for (const { info, lastExec, lastSeq } of this.processes) this.writer.putProcess({ ...info, ...lastExec, lastSeq });
  }
}

const OWNER = { uid: 1000, gid: 1000 };
const TRUTH = { mode: 0o100644, ...OWNER, rdev: 0, target: null, mtimeNs: 1_700_000_001_000_000_000n, xattrs: {} };

function toBuffer(bytes: Bytes): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
}

function recordingInfo(options: ScriptOptions, cwd: string, totals: WriterTotals): RecordingInfo {
  return {
    version: 1,
    id: 'k3m7q2xa',
    label: null,
    state: 'sealed',
    argv: options.argv ?? ['npm', 'test'],
    cwd,
    roots: [cwd],
    excludes: [],
    startedMs: 1_700_000_100_000,
    durationNs: 0,
    exitCode: 0,
    signal: null,
    lostRecords: 0,
    frozenNs: 0,
    verified: null,
    host: { kernel: '6.1.0', user: 'dev', uid: 1000, gid: 1000, arch: 'x86_64', hostname: 'workstation' },
    probes: 'syscall',
    dkVersion: '0.1.0',
    marks: [],
    notices: [],
    ...totals,
  };
}
