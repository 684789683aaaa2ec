import { posix } from 'node:path';
import ignore from 'ignore';
import { DkError } from '../errors.js';

const MOST_REMEMBERED = 10_000;

export type PathFilter = (path: string) => boolean;

/**
 * Matches absolute paths against plain paths and .gitignore-style globs. A pattern that is relative and has a slash
 * counts from `cwd`; one without a slash matches at any depth; a path matches everything below it.
 */
export function pathFilter(patterns: readonly string[], cwd: string): PathFilter {
  const plain = new Set(patterns.map((pattern) => trimSlash(posix.resolve(cwd, pattern))));
  const globs = ignore({ ignoreCase: false, allowRelativePaths: true });
  for (const pattern of patterns) globs.add(absoluteGlob(pattern, cwd));
  const matches: PathFilter = (path) => {
    if (path === '') return false;
    if (isAtOrBelow(path, plain)) return true;
    const relative = path.replace(/^\/+/, '');
    if (relative === '') return false;
    try {
      return globs.ignores(relative);
    } catch (error) {
      throw new DkError('usage', `The path pattern ${patterns.join(' ')} cannot be used.`, 'See gitignore(5).', error);
    }
  };
  return remembering(matches);
}

/** Most events are about a path that was asked about a moment ago. */
function remembering(matches: PathFilter): PathFilter {
  const known = new Map<string, boolean>();
  return (path) => {
    let answer = known.get(path);
    if (answer === undefined) {
      answer = matches(path);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(path, answer);
    }
    return answer;
  };
}

function absoluteGlob(pattern: string, cwd: string): string {
  const negated = pattern.startsWith('!') ? '!' : '';
  const glob = pattern.slice(negated.length);
  const end = glob.endsWith('/') ? glob.length - 1 : glob.length;
  const anchored = glob.lastIndexOf('/', end - 1) >= 0;
  if (glob.startsWith('/') || !anchored) return pattern;
  const joined = posix.join(cwd.replace(/[*?[\]\\]/g, '\\$&'), glob);
  return negated + (joined.startsWith('/') ? joined : `/${joined}`);
}

function isAtOrBelow(path: string, plain: ReadonlySet<string>): boolean {
  if (plain.has(path) || plain.has('/')) return true;
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    if (plain.has(path.slice(0, slash))) return true;
  }
  return false;
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
