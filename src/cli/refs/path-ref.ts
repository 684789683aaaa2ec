import { posix } from 'node:path';
import type { RecordingInfo } from '../../catalog/types.js';
import { DkError } from '../../errors.js';
import type { DkEvent } from '../../events/event.js';
import type { Node, Recording, State } from '../../timeline/types.js';
import { nearest } from '../nearest.js';
import { printable } from '../output/escape.js';
import { looksLikeEvent } from './event-ref.js';

/** Absolute and normal, from a path that is absolute or relative to the recording's working directory. */
export function absolutePath(text: string, info: RecordingInfo): string {
  return posix.resolve(info.cwd === '' ? '/' : info.cwd, text);
}

/** The path as the recording's user would have typed it: relative inside the working directory. Not yet escaped. */
export function relativePath(path: string, info: RecordingInfo): string {
  const { cwd } = info;
  if (path === cwd) return '.';
  const prefix = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return path.startsWith(prefix) && cwd !== '/' ? path.slice(prefix.length) : path;
}

export function pathShower(info: RecordingInfo): (path: string) => string {
  return (path) => printable(relativePath(path, info));
}

export interface PathAtEvent {
  path: string;
  event: string | undefined;
}

/**
 * Takes `PATH@EVENT` apart at the last `@`. Where the tail is no event reference, or the whole text is the name of something
 * that stands in the end state or the base, it is all path.
 */
export async function splitPathAtEvent(text: string, recording: Recording): Promise<PathAtEvent> {
  const at = text.lastIndexOf('@');
  const tail = text.slice(at + 1);
  if (at <= 0 || !looksLikeEvent(tail)) return { path: text, event: undefined };
  if (await stands(recording, absolutePath(text, recording.info))) return { path: text, event: undefined };
  return { path: text.slice(0, at), event: tail };
}

/** The node at a path; DkError 'not-found' with the nearest names when there is none. */
export function requireNode(state: State, text: string, info: RecordingInfo, options?: { follow?: boolean }): Node {
  const path = absolutePath(text, info);
  const node = state.lookup(path, options);
  if (node !== undefined) return node;
  throw noSuchPath(text, info, state);
}

export function noSuchPath(text: string, info: RecordingInfo, state: State): DkError {
  const when = state.seq === 0 ? 'in the base' : `at event ${state.seq}`;
  const path = absolutePath(text, info);
  const near = [...neighbours(path, state)].map((candidate) => relativePath(candidate, info));
  const close = nearest(relativePath(path, info), near, 3);
  const hint =
    close.length === 0
      ? `List what is there with: dk tree ${info.id} --at ${state.seq}`
      : `Did you mean ${close.map(printable).join(' or ')}?`;
  return new DkError('not-found', `There is no ${printable(text)} ${when} of recording ${info.id}.`, hint);
}

const NEIGHBOUR_LIMIT = 20_000;

/** Paths that could have been meant: what stands beside it, and what the recording touched. */
function* neighbours(path: string, state: State): Iterable<string> {
  let left = NEIGHBOUR_LIMIT;
  const dir = posix.dirname(path);
  const parent = state.lookup(dir, { follow: true });
  if (parent?.type === 'dir') {
    for (const { name } of state.children(parent.file)) {
      if (left-- <= 0) return;
      yield posix.join(dir, name);
    }
  }
  for (const file of state.touchedFiles()) {
    if (left-- <= 0) return;
    const touched = state.pathOf(file);
    if (touched !== undefined) yield touched;
  }
}

/** True for the directory itself too. */
export function isBelow(path: string, dir: string): boolean {
  return path === dir || dir === '/' || path.startsWith(`${dir}/`);
}

/**
 * PATH operands as EventQuery.paths takes them, undefined for none. Globs stay; everything else, and what stands there under
 * that very name, becomes an absolute path in which nothing is a glob.
 */
export async function pathPatterns(texts: readonly string[], recording: Recording): Promise<string[] | undefined> {
  if (texts.length === 0) return undefined;
  const patterns: string[] = [];
  for (const text of texts) {
    const literal = !isGlob(text) || (await stands(recording, absolutePath(text, recording.info)));
    patterns.push(literal ? literalPattern(text, recording.info) : text);
  }
  return patterns;
}

/** The same for a recording whose states cannot be looked at yet. */
export function roughPatterns(texts: readonly string[], info: RecordingInfo): string[] | undefined {
  return texts.length === 0 ? undefined : texts.map((text) => (isGlob(text) ? text : literalPattern(text, info)));
}

function literalPattern(text: string, info: RecordingInfo): string {
  return absolutePath(text, info).replace(/[*?[\]\\]/g, '\\$&');
}

/** True when the text has a character that means something in a .gitignore pattern. */
export function isGlob(text: string): boolean {
  return /[*?[\]]/.test(text);
}

/** True when something has that absolute path at the end or in the base. */
export async function stands(recording: Recording, path: string): Promise<boolean> {
  for (const seq of [recording.length, 0]) {
    if ((await recording.state(seq)).lookup(path) !== undefined) return true;
  }
  return false;
}

/** Nothing printed for a path that the recording never knew is a mistake, not an empty answer. */
export async function requireKnownPaths(recording: Recording, paths: readonly string[]): Promise<void> {
  const patterns = (await pathPatterns(paths, recording)) ?? [];
  for (const [i, text] of paths.entries()) {
    const pattern = patterns[i] as string;
    if (pattern === text && !text.startsWith('/')) continue;
    const path = absolutePath(text, recording.info);
    const known = await firstOf(recording.events({ paths: [pattern], limit: 1 }));
    if (known === undefined && !(await stands(recording, path))) {
      throw noSuchPath(text, recording.info, await recording.state(recording.length));
    }
  }
}

async function firstOf(events: AsyncIterable<DkEvent>): Promise<DkEvent | undefined> {
  for await (const event of events) return event;
  return undefined;
}
