import { basename, dirname } from 'node:path/posix';
import type { DkEvent } from '../events/event.js';
import { changesFilesystem } from '../events/kinds.js';
import type { Node, Recording, State } from '../timeline/types.js';
import { type Comparison, comparisonFor, standing, type ViewMode } from './comparison.js';
import { eventText, filesOf } from './event-text.js';
import {
  differingRange,
  EMPTY_WINDOW,
  type FileWindow,
  isBinary,
  linesOf,
  type Place,
  readWindow,
  stretchAround,
  unknownLine,
} from './file-window.js';
import { diffLines, plainLines, type TextRange, type ViewLine } from './line-diff.js';
import { formatMode } from './quantities.js';

/** The file as it stands at the playhead, and what the event at the playhead did to it. */
export interface FileView {
  file: number;
  /** Absolute; the last known one when the name is gone. */
  path: string;
  /** undefined: it does not exist at the playhead. */
  node: Node | undefined;
  /** One event earlier; undefined when it did not exist then. */
  nodeBefore: Node | undefined;
  /** The event at the playhead concerns this file. */
  changedHere: boolean;
  /** What `body` compares with when it is not simply this file one event earlier; '' when it is. */
  comparedWith: string;
  /** Short facts worth a word: what happened to the name and the metadata. */
  facts: string[];
  /** The byte that was asked for in a large file. */
  anchor: number | null;
  body: FileBody;
}

export type FileBody =
  | LinesBody
  | HexBody
  /** Directories, links, devices, files that are not there. */
  | { kind: 'note'; lines: string[] };

export interface LinesBody {
  kind: 'lines';
  /** Removed lines are among them; otherwise it is the content now, with added lines marked. */
  isDiff: boolean;
  lines: ViewLine[];
  /** Index of the first line that differs; -1 when none does. */
  firstChange: number;
  added: number;
  removed: number;
  /** Set when only a part of a large file is shown. */
  part: Part | null;
  missingNewline: boolean;
}

export interface HexBody {
  kind: 'hex';
  isDiff: boolean;
  after: FileWindow;
  /** null: nothing to compare with. */
  before: FileWindow | null;
  /** Absolute. */
  changed: TextRange | undefined;
  part: Part | null;
}

/** What of the file is shown, in bytes. */
export interface Part {
  from: number;
  to: number;
  sizeBytes: number;
}

export interface FileViewRequest {
  recording: Recording;
  file: number;
  event: DkEvent | undefined;
  state: State;
  before: State | undefined;
  mode: ViewMode;
  /** null: hex for binary files only. */
  hex: boolean | null;
  /** Byte to look at in a large file; null: where the event changed it. */
  anchor: number | null;
  /** The path it had last, for files that are gone. */
  lastPath: string;
  historyOf: (file: number) => Promise<readonly number[]>;
  /** A path as people want to read it. */
  show: (path: string) => string;
}

export async function fileView(request: FileViewRequest): Promise<FileView> {
  const { file, event, state, before } = request;
  const node = standing(state, file);
  const nodeBefore = before === undefined ? undefined : standing(before, file);
  const changedHere = event !== undefined && changesFilesystem(event.kind) && concerns(event, file);
  const path = state.pathOf(file) ?? before?.pathOf(file) ?? request.lastPath;
  const earlier = await comparisonFor({ ...request, path, changedHere });
  return {
    file,
    path,
    node,
    nodeBefore,
    changedHere,
    comparedWith: request.mode === 'content' ? '' : (earlier?.note ?? ''),
    facts: changedHere && event !== undefined ? factsOf(event, request, node, nodeBefore) : [],
    anchor: request.anchor,
    body: await bodyOf(request, node, earlier),
  };
}

export function concerns(event: DkEvent, file: number): boolean {
  return filesOf(event).includes(file);
}

async function bodyOf(request: FileViewRequest, node: Node | undefined, earlier: Comparison | null): Promise<FileBody> {
  const shown = node ?? earlier?.node;
  if (shown === undefined) return { kind: 'note', lines: ['It does not exist at this moment.'] };
  if (shown.type !== 'file') {
    const entries = node?.type === 'dir' ? entriesOf(request.state, node.file) : [];
    return { kind: 'note', lines: [...noteOf(shown, node === undefined), ...entries] };
  }
  const isDiff = request.mode !== 'content' && earlier !== null;
  if (!isDiff && node === undefined) return { kind: 'note', lines: ['It is gone at this moment.'] };
  const { after, then } = await readSides(request, node, earlier);
  const hex = request.hex ?? (isBinary(after) || (then !== null && isBinary(then)));
  if (hex) {
    const changed = then === null ? undefined : differingRange(then, after);
    return { kind: 'hex', isDiff, after, before: then, changed, part: partOf(after, then) };
  }
  return linesBody(after, then, isDiff);
}

async function readSides(
  request: FileViewRequest,
  node: Node | undefined,
  earlier: Comparison | null,
): Promise<{ after: FileWindow; then: FileWindow | null }> {
  const { recording, state, file } = request;
  const largest = Math.max(node?.sizeBytes ?? 0, earlier?.node?.sizeBytes ?? 0);
  const stretch = stretchAround(placeOf(request), largest);
  const [after, then] = await Promise.all([
    node === undefined
      ? { ...EMPTY_WINDOW, offset: stretch.offset }
      : readWindow(recording.content(state, file), stretch),
    earlier === null ? null : readEarlier(recording, earlier, stretch),
  ]);
  return { after, then };
}

async function readEarlier(
  recording: Recording,
  { node, state, file }: Comparison,
  stretch: Place,
): Promise<FileWindow> {
  if (node?.type !== 'file') return { ...EMPTY_WINDOW, offset: stretch.offset };
  return readWindow(recording.content(state, file), stretch);
}

/** Where the event changed the file. */
function placeOf({ event, file, anchor }: FileViewRequest): Place {
  if (anchor !== null) return { offset: anchor, length: 0 };
  if (event === undefined || event.file !== file) return { offset: 0, length: 0 };
  if ('offset' in event && event.kind !== 'gap') return { offset: event.offset, length: event.length };
  if (event.kind === 'file.truncate') return { offset: event.sizeBytes, length: 0 };
  return { offset: 0, length: 0 };
}

function linesBody(after: FileWindow, before: FileWindow | null, isDiff: boolean): LinesBody {
  const now = linesOf(after);
  const then = before === null ? null : linesOf(before);
  const all = (then === null ? plainLines(now.lines) : diffLines(then.lines, now.lines)).map(markUnknown);
  const lines = isDiff ? all : all.filter((line) => line.sign !== '-');
  const part = partOf(after, before);
  if (part !== null && part.from > 0) for (const line of lines) line.oldNumber = line.newNumber = null;
  return {
    kind: 'lines',
    isDiff,
    lines,
    firstChange: lines.findIndex((line) => line.sign === '+' || line.sign === '-'),
    added: all.filter((line) => line.sign === '+').length,
    removed: all.filter((line) => line.sign === '-').length,
    part,
    missingNewline: part === null && !now.endsWithNewline,
  };
}

function markUnknown(line: ViewLine): ViewLine {
  const text = unknownLine(line.text);
  return text === undefined ? line : { sign: '?', oldNumber: null, newNumber: null, text, hot: null };
}

function partOf(after: FileWindow, before: FileWindow | null): Part | null {
  const sizeBytes = Math.max(after.sizeBytes, before?.sizeBytes ?? 0);
  const to = Math.max(after.offset + after.bytes.length, before === null ? 0 : before.offset + before.bytes.length);
  return after.offset === 0 && to >= sizeBytes ? null : { from: after.offset, to, sizeBytes };
}

function factsOf(
  event: DkEvent,
  { file, show }: FileViewRequest,
  node: Node | undefined,
  before: Node | undefined,
): string[] {
  const facts: string[] = [];
  const isMain = event.file === file;
  if (event.kind === 'path.rename') {
    const isBeside = dirname(event.path) === dirname(event.newPath);
    const from = isBeside ? basename(event.path) : show(event.path);
    facts.push(isMain ? `renamed from ${from}` : `replaced by ${from}`);
  } else if (event.kind === 'path.exchange') facts.push(`exchanged with ${show(isMain ? event.newPath : event.path)}`);
  else if (event.kind === 'link.create') facts.push(`also linked as ${show(event.newPath)}`);
  else if (event.kind === 'resync') facts.push('truth read back after a gap');
  else if (node === undefined) facts.push('removed');
  else if (before === undefined) facts.push('created');
  if (node !== undefined && before !== undefined) {
    if (node.mode !== before.mode) facts.push(`mode ${formatMode(before.mode)} → ${formatMode(node.mode)}`);
    if (node.uid !== before.uid || node.gid !== before.gid) {
      facts.push(`owner ${before.uid}:${before.gid} → ${node.uid}:${node.gid}`);
    }
  }
  if (event.kind === 'meta.times' || event.kind === 'meta.xattr' || event.kind === 'meta.flags') {
    facts.push(`${eventText(event).op} ${eventText(event).detail}`);
  }
  return facts;
}

function noteOf(node: Node, gone: boolean): string[] {
  const what = {
    file: 'A file',
    dir: 'A directory',
    symlink: 'A symbolic link',
    fifo: 'A fifo',
    socket: 'A socket',
    char: 'A character device',
    block: 'A block device',
  }[node.type];
  const lines = [
    `${what}${gone ? ', removed by this event' : ''}.`,
    `mode ${formatMode(node.mode)}  owner ${node.uid}:${node.gid}`,
  ];
  if (node.target !== null) lines.splice(1, 0, `→ ${node.target}`);
  return lines;
}

const MAX_ENTRIES = 500;

/** What stands in a directory. */
function entriesOf(state: State, dir: number): string[] {
  const names: string[] = [];
  for (const { name, file } of state.children(dir)) {
    if (names.length >= MAX_ENTRIES) return ['', ...names, '…'];
    names.push(state.node(file)?.type === 'dir' ? `${name}/` : name);
  }
  return names.length === 0 ? ['', '(empty)'] : ['', ...names];
}
