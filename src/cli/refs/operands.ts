import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RecordingInfo } from '../../catalog/types.js';
import { DkError } from '../../errors.js';
import { toBytes } from '../../events/byte-string.js';
import { looksLikeEvent } from './event-ref.js';
import { findStored, isNewestForm, noSuchRecording } from './recording-ref.js';

/** What a recording reference leads to. */
export type Source = { from: 'store'; info: RecordingInfo } | { from: 'bundle'; file: string };

export interface Lookup {
  /** For relative bundle paths. */
  cwd: string;
  /** Newest first; called only when the store is needed. */
  recordings(): readonly RecordingInfo[];
  /** Recordings whose manifest cannot be read. */
  damaged(): readonly { id: string; error: DkError }[];
}

/** The operands that follow an optional REC. */
export interface Shape {
  command: string;
  min: number;
  max: number;
  /** What is missing when there are too few. */
  needs: string;
  /** True when the first of them is an event: `dk diff 3 9` then means two events, whatever ids begin with 3. */
  eventFirst?: boolean;
}

/** Ids are looked up by beginnings this long where the word could be a path instead. */
const SURE_PREFIX = 3;

/**
 * Takes REC off the front where it stands there; what follows `--` is never REC. With more operands than the command takes otherwise it must stand there; with
 * as few as it needs it cannot; in between, a word is REC when something has that name.
 */
export function takeRecording(
  before: readonly string[],
  after: readonly string[],
  shape: Shape,
  lookup: Lookup,
): { source: Source; rest: string[] } {
  const { command, needs } = shape;
  const [min, max] = [shape.min - after.length, shape.max - after.length];
  const [first] = before;
  const help = `See how it is used with: dk help ${command}`;
  if (before.length > max + 1 || max < 0) {
    throw new DkError(
      'usage',
      `dk ${command} got too many words: "${[...before, ...after].at(-1)}" is left over.`,
      help,
    );
  }
  const rest = [...before.slice(1), ...after];
  if (first !== undefined && before.length === max + 1) return { source: requireSource(first, lookup), rest };
  if (first !== undefined && before.length > min && !(shape.eventFirst === true && looksLikeEvent(first))) {
    const source = possibleSource(first, lookup);
    if (source !== undefined) return { source, rest };
  }
  if (before.length < min) throw new DkError('usage', `dk ${command} needs ${needs}.`, help);
  return { source: requireSource('@last', lookup), rest: [...before, ...after] };
}

/** DkError 'not-found' when nothing has that name. */
export function requireSource(text: string, lookup: Lookup): Source {
  const source = findSource(text, lookup);
  if (source !== undefined) return source;
  const file = resolve(lookup.cwd, text);
  if (isFile(file) && !isNewestForm(text)) throw noBundle(text);
  if (/\.zip$|\//.test(text)) {
    throw new DkError(
      'not-found',
      `There is no file ${text}.`,
      'Check the path of the bundle, or list the recordings with: dk ls',
    );
  }
  throw damageOf(text, lookup) ?? noSuchRecording(text, lookup.recordings());
}

function noBundle(text: string): DkError {
  return new DkError(
    'damaged',
    `The file ${text} is not a DiffKeeper bundle.`,
    'Bundles are made with: dk export -o FILE.dk.zip',
  );
}

/** What is damaged exists: saying that there is no such recording would be wrong. */
function damageOf(text: string, lookup: Lookup): DkError | undefined {
  const [only, ...more] = lookup.damaged().filter(({ id }) => isNewestForm(text) || id.startsWith(text));
  return more.length === 0 || isNewestForm(text) ? only?.error : undefined;
}

function possibleSource(text: string, lookup: Lookup): Source | undefined {
  if (isNewestForm(text)) return requireSource(text, lookup);
  const source = findSource(text, lookup);
  if (source?.from === 'bundle' || source?.info.label === text) return source;
  if (source === undefined && text.endsWith('.dk.zip') && isFile(resolve(lookup.cwd, text))) throw noBundle(text);
  if (text.length < SURE_PREFIX) return undefined;
  const damage = source === undefined ? damageOf(text, lookup) : undefined;
  if (damage !== undefined) throw damage;
  return source;
}

function findSource(text: string, lookup: Lookup): Source | undefined {
  const file = resolve(lookup.cwd, text);
  if (!isNewestForm(text) && isBundle(file)) return { from: 'bundle', file };
  const info = findStored(text, lookup.recordings());
  return info === undefined ? undefined : { from: 'store', info };
}

function isFile(file: string): boolean {
  return statSync(toBytes(file), { throwIfNoEntry: false })?.isFile() === true;
}

/** Every zip file begins with a local header; bundle code tells the rest. */
function isBundle(file: string): boolean {
  try {
    if (!isFile(file)) return false;
    const fd = openSync(toBytes(file), 'r');
    const magic = Buffer.alloc(4);
    const read = readSync(fd, magic, 0, 4, 0);
    closeSync(fd);
    return read === 4 && magic.toString('latin1') === 'PK\u0003\u0004';
  } catch {
    return false;
  }
}
