import { dirname } from 'node:path/posix';
import type { RecordingInfo } from '../timeline/types.js';

/** Paths relative to the command's directory (or to the root that holds them); absolute outside of the roots. */
export class DisplayPaths {
  #bases: string[];

  constructor(info: Pick<RecordingInfo, 'cwd' | 'roots'>) {
    const cwdInRoot = info.roots.some((root) => isInside(info.cwd, root));
    this.#bases = cwdInRoot ? [info.cwd] : [];
    // With several roots a relative path would be ambiguous: only the working directory's own is shortened then.
    if (info.roots.length === 1 && info.roots[0] !== undefined && info.roots[0] !== '/')
      this.#bases.push(info.roots[0]);
  }

  show(path: string): string {
    for (const base of this.#bases) {
      if (path === base) return '.';
      if (isInside(path, base)) return path.slice(base === '/' ? 1 : base.length + 1);
    }
    return path;
  }
}

export function isInside(path: string, dir: string): boolean {
  return path === dir || dir === '/' || path.startsWith(`${dir}/`);
}

/** The directories above a path, nearest first, without "/". */
export function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let dir = dirname(path); dir !== '/' && dir !== '.'; dir = dirname(dir)) found.push(dir);
  return found;
}
