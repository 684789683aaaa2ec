import { fromBytes } from '../events/byte-string.js';

/** A line of /proc/PID/mountinfo, see proc(5). */
export interface Mount {
  /** "major:minor" of the filesystem. */
  dev: string;
  /** What of the filesystem is mounted. */
  root: string;
  point: string;
  type: string;
  /** Those of the filesystem, as they stand there: in latin1, blanks and backslashes in octal. */
  options: string;
}

/** In the order of mounting. `mountinfo` in latin1, so that every byte is a character. */
export function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount, filesystem] = line.split(' - ');
    const [, , dev, root, point] = mount?.split(' ') ?? [];
    const [type, , options = ''] = filesystem?.split(' ') ?? [];
    if (dev === undefined || root === undefined || point === undefined || type === undefined) return [];
    return [{ dev, root: unescaped(root), point: unescaped(point), type, options }];
  });
}

/** As the kernel writes blanks, backslashes and line ends: a backslash and three octal digits. */
export function unescaped(text: string): string {
  const plain = text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return fromBytes(Buffer.from(plain, 'latin1'));
}
