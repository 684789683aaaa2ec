import { DkError } from '../errors.js';
import type { DkEvent, ProcessInfo } from '../events/event.js';
import { changesFilesystem } from '../events/kinds.js';
import { parseEventRef } from '../timeline/event-ref.js';
import type { Recording } from '../timeline/types.js';
import { type Bucket, emptyBuckets, readDensity } from './density.js';
import { DisplayPaths } from './display-path.js';
import { EventPages } from './event-pages.js';
import type { ViewMode } from './comparison.js';
import { type Frame, type FrameRequest, loadFrame, type Selection } from './frame.js';
import { Gaps } from './gaps.js';
import { Latest } from './latest.js';
import { Moves } from './moves.js';
import { OpenDirs } from './open-dirs.js';
import { type SummaryRow, summaryOf } from './summary.js';
import { dirsOnTheWay } from './tree-rows.js';
import { PathFilter } from './path-filter.js';

/** What the user has chosen; changes only through the verbs. */
export interface Settings {
  mode: ViewMode;
  /** null: hex for binary files only. */
  hex: boolean | null;
  /** The selection follows the change at the playhead. */
  follow: boolean;
  filter: PathFilter | null;
  /** The event list leaves out processes, output and fsync. */
  changesOnly: boolean;
  /** The tree leaves out what no event has touched. */
  touchedOnly: boolean;
}

export interface Snapshot {
  /** undefined until the first one is there. */
  frame: Frame | undefined;
  /** Where the playhead is; ahead of frame.playhead while a frame loads. */
  playhead: number;
  /** The selected file; like the playhead, ahead of the frame. */
  selection: Selection;
  settings: Settings;
  /** One sentence to show until the next key. */
  message: string;
  buckets: Bucket[];
  gapSeqs: readonly number[];
  /** What changed from start to end; null while it is not known. */
  summary: SummaryRow[] | null;
}

/** Events. */
const SMALL_RECORDING = 2000;
const NO_FILE: Selection = { file: 0, path: '' };

/**
 * The debugger without a screen. Verbs move the playhead or change a setting; `snapshot` is what there is to see, and
 * listeners hear when it changes. Moves never get lost, frames do: the newest wins.
 */
export class Debugger {
  readonly recording: Recording;
  readonly paths: DisplayPaths;
  #pages: EventPages;
  #openDirs = new OpenDirs();
  #moves: Moves;
  #frames: Latest<FrameRequest, Frame>;
  #density: Latest<number, Bucket[]>;
  #listeners = new Set<() => void>();
  #snapshot: Snapshot;
  /** The user chose the file at this position: show it even when the event concerns none. */
  #chosenHere = false;
  #anchor: number | null = null;
  #rowCount = 24;
  #columns = 0;
  #gaps = new Gaps([]);
  #processes: Promise<ProcessInfo[]> | undefined;
  #history: { file: number; seqs: Promise<readonly number[]> } | undefined;

  constructor(recording: Recording) {
    this.recording = recording;
    this.paths = new DisplayPaths(recording.info);
    this.#pages = new EventPages(recording);
    this.#moves = new Moves({
      recording,
      historyOf: (file) => this.#historyOf(file),
      target: () => this.#target(),
      arrive: (seq) => this.#arrive(seq),
      say: (text) => this.#say(text),
    });
    this.#snapshot = {
      frame: undefined,
      playhead: 0,
      selection: NO_FILE,
      settings: { mode: 'diff', hex: null, follow: true, filter: null, changesOnly: false, touchedOnly: false },
      message: '',
      buckets: [],
      gapSeqs: [],
      summary: null,
    };
    const fail = (error: unknown): void => this.#say(sentence(error));
    this.#frames = new Latest<FrameRequest, Frame>(
      (request, publish, isStale) => this.#loadFrame(request, publish, isStale),
      (frame) => this.#change({ frame }),
      fail,
    );
    this.#density = new Latest<number, Bucket[]>(
      (columns, publish, isStale) => readDensity(recording, columns, publish, isStale),
      (buckets) => this.#change({ buckets }),
      fail,
    );
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens at the event; resolves when everything is there to be seen. */
  async open(at = 0): Promise<void> {
    try {
      await this.#openWaysToChanges();
      await this.seek(at);
      // May read the whole recording: the first frame does not wait for it.
      this.#gaps = await Gaps.read(this.recording);
      this.#change({ gapSeqs: this.#gaps.seqs, summary: await summaryOf(this.recording) });
      this.#reload();
      await this.#frames.idle();
    } catch (error) {
      this.#say(sentence(error));
    }
  }

  /** Over `count` changes to the filesystem, backwards when negative. */
  step(count = 1): Promise<void> {
    return this.#move({ kind: 'change', count });
  }

  back(count = 1): Promise<void> {
    return this.step(-count);
  }

  /** Over `count` events of any kind, backwards when negative. */
  stepEvent(count = 1): Promise<void> {
    return this.#move({ kind: 'event', count });
  }

  nextOfFile(): Promise<void> {
    return this.#move({ kind: 'file', count: 1 });
  }

  previousOfFile(): Promise<void> {
    return this.#move({ kind: 'file', count: -1 });
  }

  start(): Promise<void> {
    return this.seek(0);
  }

  end(): Promise<void> {
    return this.seek(this.recording.length);
  }

  seek(seq: number): Promise<void> {
    return this.#move({ kind: 'seek', seq: Math.max(0, Math.min(this.recording.length, seq)) });
  }

  /** An event reference as on the command line; what is wrong with it becomes the message. */
  async goto(reference: string): Promise<boolean> {
    const { length, info } = this.recording;
    try {
      const seqAtTime = (tsNs: number): Promise<number> => this.recording.seqAtTime(tsNs);
      await this.seek(await parseEventRef(reference, { length, seqAtTime, marks: info.marks }));
      return true;
    } catch (error) {
      this.#say(sentence(error));
      return false;
    }
  }

  select(selection: Selection): void {
    this.#change({ selection });
    this.#anchor = null;
    this.#chosenHere = selection.file !== 0;
    this.#reload();
  }

  /** Selects the file that the event at the playhead changed. */
  selectHere(): void {
    const event = this.#snapshot.frame?.event;
    if (event !== undefined) this.select(followed(event, this.#snapshot.selection));
  }

  toggleDir(dir: number, open: boolean): void {
    this.#openDirs.choose(dir, open);
    this.#reload();
  }

  /** Looks at another place of a large file; null goes back to the change. */
  lookAt(anchor: number | null): void {
    this.#anchor = anchor;
    this.#reload();
  }

  set(change: Partial<Omit<Settings, 'filter'>>): void {
    this.#change({ settings: { ...this.#snapshot.settings, ...change } });
    this.#reload();
  }

  /** '' takes the filter away. */
  filter(text: string): void {
    const filter = text === '' ? null : new PathFilter(text);
    this.#change({ settings: { ...this.#snapshot.settings, filter } });
    this.#reload();
  }

  say(text: string): void {
    this.#say(text);
  }

  /** How much fits on the screen. */
  resize(size: { eventRows: number; columns: number }): void {
    if (size.columns !== this.#columns) {
      this.#columns = size.columns;
      this.#change({ buckets: emptyBuckets(this.recording.length, size.columns) });
      this.#density.request(size.columns);
    }
    if (size.eventRows === this.#rowCount) return;
    this.#rowCount = size.eventRows;
    this.#reload();
  }

  /** Resolves when nothing moves or loads any longer. */
  async idle(): Promise<void> {
    await this.#moves.idle();
    await Promise.all([this.#frames.idle(), this.#density.idle()]);
  }

  async #move(move: Parameters<Moves['add']>[0]): Promise<void> {
    if (this.#snapshot.message !== '') this.#change({ message: '' });
    await this.#moves.add(move);
    await this.#frames.idle();
  }

  #target(): { playhead: number; file: number; filter: PathFilter | null } {
    const { playhead, selection, settings } = this.#snapshot;
    return { playhead, file: selection.file, filter: settings.filter };
  }

  async #arrive(seq: number): Promise<void> {
    const event = seq === 0 ? undefined : await this.#pages.at(seq);
    this.#anchor = null;
    this.#chosenHere = false;
    const { selection, settings } = this.#snapshot;
    const isFollowing = settings.follow && event !== undefined;
    this.#change({ playhead: seq, selection: isFollowing ? followed(event, selection) : selection });
    this.#reload();
  }

  /** A small recording shows from the start where it will change something. */
  async #openWaysToChanges(): Promise<void> {
    if (this.recording.length === 0 || this.recording.length > SMALL_RECORDING) return;
    const [base, end] = await Promise.all([this.recording.state(0), this.recording.state(this.recording.length)]);
    for await (const event of this.recording.events({ changesOnly: true })) {
      this.#openDirs.follow(dirsOnTheWay(event, base, end));
    }
  }

  #reload(): void {
    const { playhead, selection, settings } = this.#snapshot;
    this.#frames.request({
      ...settings,
      playhead,
      rowCount: this.#rowCount,
      selection,
      followsEvent: settings.follow && !this.#chosenHere,
      anchor: this.#anchor,
    });
  }

  #loadFrame(request: FrameRequest, publish: (frame: Frame) => void, isStale: () => boolean): Promise<void> {
    const sources = {
      recording: this.recording,
      pages: this.#pages,
      openDirs: this.#openDirs,
      gaps: () => this.#gaps,
      processes: () => (this.#processes ??= this.recording.processes()),
      historyOf: (file: number) => this.#historyOf(file),
      show: (path: string) => this.paths.show(path),
    };
    const lastMain = this.#snapshot.frame?.main ?? { kind: 'overview' };
    return loadFrame(sources, request, lastMain, publish, isStale);
  }

  /** The history of the file looked at last is kept: a hot file may have a million events. */
  #historyOf(file: number): Promise<readonly number[]> {
    if (this.#history?.file !== file) this.#history = { file, seqs: this.recording.history(file) };
    return this.#history.seqs;
  }

  #say(message: string): void {
    this.#change({ message });
  }

  #change(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** The file that the event changed; the selection stays when the event changed none. */
function followed(event: DkEvent, selection: Selection): Selection {
  if (!changesFilesystem(event.kind) || event.file === 0) return selection;
  const path = event.kind === 'path.rename' || event.kind === 'link.create' ? event.newPath : event.path;
  // The same file changed again under another of its names: the row the user looks at stays.
  return { file: event.file, path };
}

function sentence(error: unknown): string {
  if (error instanceof DkError) return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}
