import { mkdirSync } from 'node:fs';
import { arch, hostname, release, userInfo } from 'node:os';
import type { Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { addon, type Recorder, type SystemFailure } from '../native/addon.js';
import { makeTargetCgroup, type TargetCgroup } from './cgroup.js';
import { journalFolder } from './ingest/pipeline.js';
import { IngestWorker } from './ingest-worker.js';
import type { LauncherLink, TargetEnd } from './launcher.js';

export interface SessionOptions {
  argv: string[];
  cwd: string;
  roots: string[];
  excludes: string[];
  label: string | null;
  /** A power of two. */
  ringBytes: number;
  preimageLimitBytes: number;
  allowIoUring: boolean;
  dkVersion: string;
}

export interface SessionResult {
  /** undefined: the command could not be executed, and nothing was kept. */
  info: RecordingInfo | undefined;
  end: TargetEnd;
  problems: string[];
}

const SEGMENT_BYTES = 64 << 20;

/** Records one command from before its first instruction to its end, and seals the recording. */
export async function recordCommand(store: Store, link: LauncherLink, options: SessionOptions): Promise<SessionResult> {
  const draft = store.create(newRecording(options));
  const folder = store.folderOf(draft.id);
  const warnings: string[] = [];
  link.on('warning', (text) => warnings.push(text));
  let cgroup: TargetCgroup | undefined;
  try {
    mkdirSync(journalFolder(folder), { mode: 0o700 });
    const { roots, argv, preimageLimitBytes, allowIoUring } = options;
    const prepared = link.prepare({ dir: folder, roots, skip: [store.home], preimageLimitBytes, guard: true, allowIoUring, argv });
    const { targetPid } = await prepared;
    cgroup = makeTargetCgroup(draft.id);
    cgroup?.add(targetPid);
    const recorder = startRecorder({
      ringBytes: options.ringBytes,
      segmentBytes: SEGMENT_BYTES,
      journalDir: journalFolder(folder),
      freezeFile: cgroup?.freezeFile,
    });
    recorder.seed(targetPid);
    const base = await link.baseDone;
    if (base.truncated) warnings.push('The root directory has more than a million entries: recorded without a complete base.');
    link.go();
    const ingest = new IngestWorker({ home: store.home, id: draft.id, excludes: options.excludes, roots, cwd: options.cwd });
    const end = await link.ended;
    const endMonoNs = Number(process.hrtime.bigint());
    const [guarded] = await Promise.all([link.finish(), recorder.stop()]);
    if (guarded.lost > 0) warnings.push(`The old content of ${guarded.lost} files could not be saved.`);
    const stats = recorder.stats();
    const endNs = Math.max(0, endMonoNs - stats.startMonoNs);
    const conclusion = await ingest.end({ endNs });
    cgroup?.remove();
    if (end.execErrno !== undefined) {
      await store.remove(draft.id);
      return { info: undefined, end, problems: [] };
    }
    if (stats.errno !== 0) warnings.push(journalStopped(stats.errno));
    const { totals, verified, problems } = conclusion;
    const info = store.update(draft.id, (current) => ({
      ...current,
      ...totals,
      state: 'sealed',
      durationNs: endNs,
      exitCode: end.code,
      signal: end.signal === 0 ? null : end.signal,
      lostRecords: stats.lost,
      frozenNs: stats.frozenNs,
      verified,
      notices: warnings,
    }));
    return { info, end, problems };
  } catch (error) {
    cgroup?.remove();
    throw error;
  }
}

function journalStopped(errno: number): string {
  const reason = errno === 28 ? 'the disk is full' : `writing failed (errno ${errno})`;
  return `Recording stopped early: ${reason}. What was captured until then is kept.`;
}

function startRecorder(options: ConstructorParameters<ReturnType<typeof addon>['Recorder']>[0]): Recorder {
  try {
    return new (addon().Recorder)(options);
  } catch (cause) {
    if (cause instanceof DkError) throw cause;
    const { syscall, message, detail } = cause as SystemFailure;
    const debug = process.env.DK_DEBUG === '1' && detail ? `\n${detail}` : '';
    throw new DkError(
      'unsupported',
      `The kernel did not take the recording programs (${syscall ?? 'load'}): ${message}.${debug}`,
      'See what is missing, and how to get it, with: dk doctor',
      cause,
    );
  }
}

function newRecording(options: SessionOptions): Parameters<Store['create']>[0] {
  const { username, uid, gid } = userInfo();
  return {
    label: options.label,
    argv: options.argv,
    cwd: options.cwd,
    roots: options.roots,
    excludes: options.excludes,
    startedMs: Date.now(),
    durationNs: 0,
    exitCode: null,
    signal: null,
    events: 0,
    files: 0,
    sizeBytes: 0,
    gaps: 0,
    lostRecords: 0,
    frozenNs: 0,
    verified: null,
    host: { kernel: release(), user: username, uid, gid, arch: arch(), hostname: hostname() },
    probes: 'syscall',
    dkVersion: options.dkVersion,
    notices: [],
  };
}
