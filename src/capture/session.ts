import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { arch, hostname, release, userInfo } from 'node:os';
import { NOTHING_RECORDED, type Store } from '../catalog/store.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { ASIDE_SHARE } from '../events/abi.js';
import type { Recorder } from '../native/addon.js';
import { makeTargetCgroup, type TargetCgroup } from './cgroup.js';
import { journalFolder, mountinfoFile } from '../ingest/assembly.js';
import type { Conclusion } from '../ingest/finish/conclude.js';
import { IngestWorker } from '../ingest/ingest-worker.js';
import type { LauncherLink, TargetEnd } from './launcher.js';
import type { LoadingRecorder } from './load-recorder.js';
import { borrowedIdentity } from '../native/privileges.js';
import { settle } from './settle.js';

export interface SessionOptions {
  argv: string[];
  cwd: string;
  roots: string[];
  excludes: string[];
  label: string | null;
  recorder: LoadingRecorder;
  /** Of the ring, as `recorder` has it. */
  ringBytes: number;
  preimageLimitBytes: number;
  allowIoUring: boolean;
  dkVersion: string;
}

export interface SessionResult {
  id: string;
  /** undefined: the command could not be executed and nothing was kept, or `failure` says why. */
  info: RecordingInfo | undefined;
  end: TargetEnd;
  /** Why the recording could not be finished. What reached the journal is recovered when it is opened. */
  failure?: DkError;
  problems: string[];
}

const SEGMENT_BYTES = 64 << 20;

/** Records one command from before its first instruction to its end, and seals the recording. */
export async function recordCommand(store: Store, link: LauncherLink, options: SessionOptions): Promise<SessionResult> {
  const draft = store.create(newRecording(options));
  const session = new Session(store, link, options, draft);
  try {
    return await session.run();
  } catch (error) {
    await session.abandon().catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
}

class Session {
  private readonly folder: string;
  private readonly warnings: string[] = [];
  private readonly ingest: IngestWorker;
  private cgroup: TargetCgroup | undefined;
  /** The command's program was started, so that there is something to keep. */
  private hasRun = false;
  /** The manifest of the roots is complete. */
  private hasBase = false;

  constructor(
    private readonly store: Store,
    private readonly link: LauncherLink,
    private readonly options: SessionOptions,
    private readonly draft: RecordingInfo,
  ) {
    this.folder = store.folderOf(draft.id);
    link.on('warning', (text) => this.warnings.push(text));
    link.on('started', () => (this.hasRun = true));
    const { excludes, roots, cwd, preimageLimitBytes } = options;
    this.ingest = new IngestWorker({ home: store.home, id: draft.id, excludes, roots, cwd, preimageLimitBytes });
  }

  async run(): Promise<SessionResult> {
    const recorder = await this.start();
    const end = await this.link.ended;
    const endNs = Number(process.hrtime.bigint()) - recorder.stats().startMonoNs;
    const { atLarge, release } = await settle(recorder, this.cgroup);
    try {
      return await this.conclude(recorder, end, { endNs, atLarge }, release);
    } finally {
      release();
      this.cgroup?.remove();
    }
  }

  private async conclude(
    recorder: Recorder,
    end: TargetEnd,
    { endNs, atLarge }: { endNs: number; atLarge: number },
    proven: () => void,
  ): Promise<SessionResult> {
    const { id } = this.draft;
    const finished = Promise.all([this.link.finish(), recorder.stop()]);
    if (end.execErrno === undefined) this.lookAgain();
    const [guarded] = await finished;
    const stats = recorder.stats();
    if (end.execErrno !== undefined) {
      await this.abandon();
      return { id, info: undefined, end, problems: [] };
    }
    if (guarded.lost > 0)
      this.warnings.push(
        `The old content of ${guarded.lost} ${guarded.lost === 1 ? 'file' : 'files'} could not be saved.`,
      );
    if (stats.errno !== 0) this.warnings.push(journalStopped(stats.errno));
    if (stats.frozenNs > 0) this.warnings.push(heldBack(stats.frozenNs));
    let conclusion: Conclusion;
    try {
      const stopped = stats.errno === 0 ? null : journalStopped(stats.errno);
      conclusion = await this.ingest.end({ endNs, stopped, atLarge }, proven);
    } catch (error) {
      if (!(error instanceof DkError)) throw error;
      return { id, info: undefined, end, failure: error, problems: [] };
    }
    const { totals, verified, unverified, problems, notices } = conclusion;
    const info = this.store.update(id, (current) => ({
      ...current,
      ...totals,
      state: 'sealed',
      durationNs: endNs,
      exitCode: end.code,
      signal: end.signal === 0 ? null : end.signal,
      lostRecords: stats.lost,
      frozenNs: stats.frozenNs,
      verified,
      ...(unverified === undefined ? {} : { unverified }),
      notices: [...this.warnings, ...notices],
    }));
    return { id, info, end, problems };
  }

  /** Everything that must be in place before the command's first instruction. */
  private async start(): Promise<Recorder> {
    const { roots, argv, ringBytes, preimageLimitBytes, allowIoUring } = this.options;
    mkdirSync(journalFolder(this.folder), { mode: 0o700 });
    writeFileSync(mountinfoFile(this.folder), readFileSync('/proc/self/mountinfo'));
    const skip = [realpathSync(this.store.home)];
    this.cgroup = makeTargetCgroup(this.draft.id);
    const freezeFile = this.cgroup?.freezeFile;
    const { targetPid } = await this.link.prepare({
      dir: this.folder,
      roots,
      skip,
      freezeFile,
      preimageLimitBytes,
      asideBytes: ringBytes / ASIDE_SHARE,
      guard: true,
      allowIoUring,
      store: borrowedIdentity(),
      argv,
    });
    this.cgroup?.add(targetPid);
    const recorder = await this.options.recorder.start({
      segmentBytes: SEGMENT_BYTES,
      journalDir: journalFolder(this.folder),
      freezeFile,
    });
    recorder.seed(targetPid);
    const base = await this.link.baseDone;
    this.hasBase = !base.truncated;
    if (base.truncated) {
      this.warnings.push(
        'A root has more than a million entries, so it was recorded without a complete base manifest.',
      );
    }
    this.link.go();
    this.ingest.begin();
    return recorder;
  }

  /** Looks at the roots beside the other work of the end. */
  private lookAgain(): void {
    if (this.hasBase) this.link.lookAgain().then(this.ingest.walked, () => this.ingest.walked('failed'));
    else this.ingest.walked('no-base');
  }

  /** Nothing was recorded, or it cannot be finished now: what the command did is then still in the journal. */
  async abandon(): Promise<void> {
    await this.ingest.stop();
    this.cgroup?.remove();
    if (!this.hasRun) await this.store.remove(this.draft.id);
  }
}

function journalStopped(errno: number): string {
  const reason = errno === 28 ? 'the disk is full' : `writing failed (errno ${errno})`;
  return `Recording stopped early: ${reason}. What was captured until then is kept.`;
}

function heldBack(frozenNs: number): string {
  return `The command was held back for ${(frozenNs / 1e9).toFixed(3)}s in all while its changes were written down.`;
}

/** A user id needs no entry in passwd, as in a container. */
function whoRecords(): { user: string; uid: number; gid: number } {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  try {
    return { user: userInfo().username, uid, gid };
  } catch {
    return { user: `${uid}`, uid, gid };
  }
}

function newRecording(options: SessionOptions): Parameters<Store['create']>[0] {
  return {
    label: options.label,
    argv: options.argv,
    cwd: options.cwd,
    roots: options.roots,
    excludes: options.excludes,
    startedMs: Date.now(),
    ...NOTHING_RECORDED,
    host: { kernel: release(), ...whoRecords(), arch: arch(), hostname: hostname() },
    probes: 'syscall',
    dkVersion: options.dkVersion,
    notices: [],
  };
}
