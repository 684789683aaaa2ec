import { fromBytes } from '../events/byte-string.js';

interface Mount {
  /** "major:minor" of the filesystem. */
  dev: string;
  /** What of the filesystem is mounted. */
  root: string;
  point: string;
  type: string;
}

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
    this.mounts = mountinfo.split('\n').flatMap(parse);
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

function parse(line: string): Mount[] {
  const [mount, filesystem] = line.split(' - ');
  const [, , dev, root, point] = mount?.split(' ') ?? [];
  const type = filesystem?.split(' ')[0];
  if (dev === undefined || root === undefined || point === undefined || type === undefined) return [];
  return [{ dev, root: unescaped(root), point: unescaped(point), type }];
}

/** Blanks and backslashes stand there in octal. */
function unescaped(text: string): string {
  const plain = text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return fromBytes(Buffer.from(plain, 'latin1'));
}

function join(folder: string, rest: string): string {
  return folder === '/' ? rest || '/' : rest === '/' ? folder : `${folder}${rest}`;
}
