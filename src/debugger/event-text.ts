/** What a person reads about an event. One row per kind: the build breaks when a kind lacks its row. */
import { constants } from 'node:os';
import { flagNames } from '../linux/file-flags.js';
import type { DkEvent, EventOf, SideEffects } from '../events/event.js';
import { KINDS, type Kind } from '../events/kinds.js';
import { formatBytes, formatMode, plural } from './quantities.js';

/** Groups of kinds that look alike: colour and glyph of the timeline and the lists. */
export type EventClass = 'add' | 'write' | 'delete' | 'move' | 'meta' | 'sync' | 'process' | 'output' | 'gap';

/** As in `git status`: added, modified, deleted, renamed. */
export type ChangeLetter = 'A' | 'M' | 'D' | 'R';

interface TextRow<K extends Kind> {
  readonly class: EventClass;
  readonly letter: ChangeLetter | null;
  /** What the kind and the path do not say yet; '' when that is all. */
  detail(event: EventOf<K>): string;
  /** The same where there is little room. */
  brief?(event: EventOf<K>): string;
}

const size = (event: { length: number }): string => formatBytes(event.length);
const range = (event: { offset: number; length: number }): string =>
  event.offset === 0 ? formatBytes(event.length) : `${formatBytes(event.length)} at ${event.offset}`;
const owner = (event: { uid: number; gid: number }): string => `${event.uid}:${event.gid}`;
const modeOf = (event: { mode: number }): string => formatMode(event.mode);

const TEXTS: { [K in Kind]: TextRow<K> } = {
  'file.create': { class: 'add', letter: 'A', detail: modeOf },
  'file.write': { class: 'write', letter: 'M', detail: range, brief: size },
  'file.truncate': {
    class: 'write',
    letter: 'M',
    detail: (event) => `to ${formatBytes(event.sizeBytes)}`,
    brief: (event) => formatBytes(event.sizeBytes),
  },
  'file.allocate': {
    class: 'write',
    letter: 'M',
    detail: (event) => `${range(event)}${allocateMode(event.mode)}`,
    brief: size,
  },
  'file.copy': { class: 'write', letter: 'M', detail: range, brief: size },
  'file.sync': { class: 'write', letter: 'M', detail: range, brief: size },
  'dir.create': { class: 'add', letter: 'A', detail: modeOf },
  'dir.remove': { class: 'delete', letter: 'D', detail: () => '' },
  'link.create': { class: 'add', letter: 'A', detail: () => '' },
  'symlink.create': { class: 'add', letter: 'A', detail: (event) => `→ ${event.target}` },
  'node.create': { class: 'add', letter: 'A', detail: modeOf },
  'path.rename': { class: 'move', letter: 'R', detail: (event) => (event.replaced === 0 ? '' : 'replaces') },
  'path.exchange': { class: 'move', letter: 'R', detail: () => '' },
  'path.unlink': { class: 'delete', letter: 'D', detail: () => '' },
  'meta.mode': { class: 'meta', letter: 'M', detail: modeOf },
  'meta.owner': { class: 'meta', letter: 'M', detail: owner },
  'meta.times': { class: 'meta', letter: 'M', detail: (event) => clock(event.mtimeNs ?? event.atimeNs) },
  'meta.xattr': {
    class: 'meta',
    letter: 'M',
    detail: (event) => `${event.value === null ? 'removed ' : ''}${event.name}`,
  },
  'meta.flags': {
    class: 'meta',
    letter: 'M',
    detail: ({ flags, mask, project }) => `${flagNames((flags & mask) >>> 0)}${project ? ` · project ${project}` : ''}`,
  },
  'sync.file': { class: 'sync', letter: null, detail: (event) => (event.dataOnly ? 'data only' : '') },
  'sync.all': { class: 'sync', letter: null, detail: () => '' },
  'proc.fork': { class: 'process', letter: null, detail: (event) => `pid ${event.pid} → ${event.childPid}` },
  'proc.exec': { class: 'process', letter: null, detail: (event) => event.argv.map(shellWord).join(' ') },
  'proc.exit': { class: 'process', letter: null, detail: exitText },
  'output.write': {
    class: 'output',
    letter: null,
    detail: (event) => `${formatBytes(event.length)} to ${fdName(event.fd)}`,
  },
  gap: { class: 'gap', letter: null, detail: gapText },
  resync: {
    class: 'gap',
    letter: 'M',
    detail: (event) => (event.truth === null ? 'nothing stands there' : 'truth read back'),
  },
};

export interface EventText {
  op: string;
  class: EventClass;
  letter: ChangeLetter | null;
  /** Absolute, '' for none. */
  path: string;
  /** The second name of renames, links and exchanges. */
  newPath: string | null;
  detail: string;
  /** The detail where there is little room; '' when it cannot be told in less. */
  brief: string;
}

export function eventText(event: DkEvent): EventText {
  const row = TEXTS[event.kind] as TextRow<Kind>;
  return {
    op: KINDS[event.kind].op,
    class: row.class,
    letter: row.letter,
    // What a process runs or prints to is its detail; no file changes.
    path: row.class === 'process' || row.class === 'output' ? '' : event.path,
    newPath: 'newPath' in event ? event.newPath : null,
    detail: [row.detail(event as EventOf<Kind>), alsoText(event.also)].filter((part) => part !== '').join(' · '),
    brief: row.brief?.(event as EventOf<Kind>) ?? '',
  };
}

function alsoText(also: SideEffects | undefined): string {
  if (also === undefined) return '';
  const attributes = Object.entries(also.xattrs).map(([name, value]) => (value === null ? `removed ${name}` : name));
  return `also ${[...(also.mode === null ? [] : [`mode ${formatMode(also.mode)}`]), ...attributes].join(', ')}`;
}

export function eventClass(kind: Kind): EventClass {
  return TEXTS[kind].class;
}

/** Every file that the event concerns, the main one first. */
export function filesOf(event: DkEvent): number[] {
  const files = [event.file];
  if (event.kind === 'path.rename') files.push(event.replaced);
  if (event.kind === 'path.exchange') files.push(event.other);
  return files.filter((file) => file !== 0);
}

export function fdName(fd: number): string {
  return fd === 1 ? 'stdout' : fd === 2 ? 'stderr' : `fd ${fd}`;
}

export function signalName(signal: number): string {
  const found = Object.entries(constants.signals).find(([, number]) => number === signal);
  return found === undefined ? `signal ${signal}` : found[0];
}

/** Quoted as a shell would need it, so that copying the line works. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function exitText(event: { pid: number; code: number; signal: number }): string {
  return `pid ${event.pid} ${event.signal === 0 ? `code ${event.code}` : signalName(event.signal)}`;
}

function gapText(event: { cause: string; lost: number; file: number }): string {
  const lost = event.lost === 0 ? '' : ` · ${plural(event.lost, 'record')} lost`;
  return `${event.cause}${lost}${event.file === 0 ? ' · anything may have changed' : ''}`;
}

/** FALLOC_FL_ bits (linux/falloc.h). */
function allocateMode(mode: number): string {
  const names = ['keep size', 'punch hole', '', 'collapse', 'zero', 'insert', 'unshare'];
  const set = names.filter((name, bit) => name !== '' && (mode & (1 << bit)) !== 0);
  return set.length === 0 ? '' : ` (${set.join(', ')})`;
}

function clock(timeNs: bigint | null): string {
  if (timeNs === null) return '';
  const date = new Date(Number(timeNs / 1_000_000n));
  return Number.isNaN(date.getTime())
    ? `${timeNs} ns`
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.000Z$|Z$/, '');
}
