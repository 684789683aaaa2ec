import { type Mount, mountsIn } from './mountinfo.js';

/** Where what stands in filesystems that only the command had mounted is kept. Below it comes the path that it had there. */
export const MOUNTED = '/[mounted]';

export function isMounted(path: string): boolean {
  return path === MOUNTED || path.startsWith(`${MOUNTED}/`);
}

/**
 * What was mounted for dk when the recording began: /proc/self/mountinfo, see proc(5). All paths of a recording are those of
 * this table.
 */
export class MountTable {
  readonly mounts: readonly Mount[];
  private readonly home: Mount | undefined;

  /** `mountinfo` in latin1, so that every byte is a character. `cwd`: of two places of one file, the one that is near. */
  constructor(mountinfo: string, cwd: string) {
    this.mounts = mountsIn(mountinfo);
    this.home = this.owner(cwd);
  }

  /** A path within a filesystem as a path; undefined where it was not mounted. */
  locate(dev: string, within: string): string | undefined {
    const places = this.mounts
      .filter((mount) => mount.dev === dev && isBelow(within, mount.root))
      .map((mount) => ({ mount, path: join(mount.point, within.slice(mount.root === '/' ? 0 : mount.root.length)) }))
      // What another mount covers cannot be seen.
      .filter(({ mount, path }) => this.owner(path) === mount)
      .sort((a, b) => b.mount.root.length - a.mount.root.length);
    return (places.find(({ mount }) => mount === this.home) ?? places[0])?.path;
  }

  private owner(path: string): Mount | undefined {
    let best: Mount | undefined;
    for (const mount of this.mounts) {
      if (isBelow(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount;
    }
    return best;
  }
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function join(folder: string, rest: string): string {
  return folder === '/' ? rest || '/' : rest === '/' ? folder : `${folder}${rest}`;
}
