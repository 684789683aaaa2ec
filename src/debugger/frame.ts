/** Everything there is to see at one position of the playhead. */
import type { DkEvent, EventOf, ProcessInfo } from '../events/event.js';
import { changesFilesystem } from '../events/kinds.js';
import type { Recording, State } from '../timeline/types.js';
import { indexFrom } from './ascending.js';
import type { EventPages } from './event-pages.js';
import { type EventRow, eventRows } from './event-rows.js';
import { type EventView, eventView } from './event-view.js';
import type { ViewMode } from './comparison.js';
import { type FileView, fileView } from './file-view.js';
import type { Gaps } from './gaps.js';
import type { OpenDirs } from './open-dirs.js';
import type { PathFilter } from './path-filter.js';
import { dirsOnTheWay, type TreeRow, treeRows } from './tree-rows.js';

export type MainView = { kind: 'file'; view: FileView } | { kind: 'event'; view: EventView } | { kind: 'overview' };

export interface Selection {
  /** 0 for none. */
  file: number;
  path: string;
}

export interface Frame {
  playhead: number;
  event: DkEvent | undefined;
  tsNs: number;
  rows: EventRow[];
  tree: TreeRow[];
  selection: Selection;
  main: MainView;
  /** True while `main` still shows an earlier position. */
  mainPending: boolean;
  /** Which of the selected file's events this is, 1-based; null when it is none of them. */
  place: { index: number; count: number } | null;
  /** What makes the whole, or the selected file, uncertain at this moment. */
  uncertain: EventOf<'gap'> | undefined;
  fileUncertain: EventOf<'gap'> | undefined;
}

export interface FrameRequest {
  playhead: number;
  rowCount: number;
  selection: Selection;
  /** Show the event (or the overview) instead of the selected file when the event concerns no file. */
  followsEvent: boolean;
  filter: PathFilter | null;
  changesOnly: boolean;
  touchedOnly: boolean;
  mode: ViewMode;
  hex: boolean | null;
  anchor: number | null;
}

/** A file that takes longer than this to show arrives after the lists. */
const FILE_PATIENCE_MS = 60;

export interface FrameSources {
  recording: Recording;
  pages: EventPages;
  openDirs: OpenDirs;
  gaps: () => Gaps;
  processes: () => Promise<ProcessInfo[]>;
  historyOf: (file: number) => Promise<readonly number[]>;
  show: (path: string) => string;
}

export async function loadFrame(
  sources: FrameSources,
  request: FrameRequest,
  lastMain: MainView,
  publish: (frame: Frame) => void,
  isStale: () => boolean,
): Promise<void> {
  const { recording, pages } = sources;
  const { playhead } = request;
  const [event, state, before] = await Promise.all([
    playhead === 0 ? undefined : pages.at(playhead),
    recording.state(playhead),
    playhead === 0 ? undefined : recording.state(playhead - 1),
  ]);
  if (isStale()) return;
  const pendingMain = mainView(sources, request, event, state, before);
  const rows = await eventRows(
    recording,
    pages,
    { playhead, count: request.rowCount, filter: request.filter, changesOnly: request.changesOnly },
    isStale,
  );
  const frame: Frame = {
    playhead,
    event,
    tsNs: event?.tsNs ?? 0,
    rows,
    tree: treeOf(sources, request, event, state, before),
    selection: request.selection,
    main: lastMain,
    mainPending: true,
    place: await placeOf(sources, request.selection.file, playhead),
    uncertain: sources.gaps().behindState(state),
    fileUncertain: sources.gaps().behindFile(state, request.selection.file),
  };
  const early = await Promise.race([pendingMain, after(FILE_PATIENCE_MS)]);
  if (early === undefined) publish(frame);
  const main = await pendingMain;
  if (!isStale()) publish({ ...frame, main, mainPending: false });
}

function treeOf(
  { recording, openDirs }: FrameSources,
  { filter, touchedOnly }: FrameRequest,
  event: DkEvent | undefined,
  state: State,
  before: State | undefined,
): TreeRow[] {
  if (event !== undefined && changesFilesystem(event.kind)) openDirs.follow(dirsOnTheWay(event, before, state));
  return treeRows({ state, before, event, roots: recording.info.roots, openDirs, filter, touchedOnly });
}

async function mainView(
  { recording, processes, historyOf, show }: FrameSources,
  { selection, followsEvent, mode, hex, anchor }: FrameRequest,
  event: DkEvent | undefined,
  state: State,
  before: State | undefined,
): Promise<MainView> {
  const concernsNoFile = event === undefined || !changesFilesystem(event.kind);
  if (selection.file === 0 || (followsEvent && concernsNoFile)) {
    if (event === undefined) return { kind: 'overview' };
    return { kind: 'event', view: await eventView(recording, event, await processes()) };
  }
  const { file, path } = selection;
  const view = await fileView({
    recording,
    file,
    event,
    state,
    before,
    mode,
    hex,
    anchor,
    lastPath: path,
    historyOf,
    show,
  });
  return { kind: 'file', view };
}

async function placeOf(sources: FrameSources, file: number, playhead: number): Promise<Frame['place']> {
  if (file === 0) return null;
  const history = await sources.historyOf(file);
  const index = indexFrom(history, playhead);
  return history[index] === playhead ? { index: index + 1, count: history.length } : null;
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}
