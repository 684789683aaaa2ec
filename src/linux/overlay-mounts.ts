/** Overlayfs, as /proc/self/mountinfo lists it. */
export interface OverlayMount {
  point: string;
  /** Lower layers. */
  layers: readonly string[];
}

/** Of /proc/self/mountinfo, in the order of mounting. */
export function overlayMounts(mountinfo: string): OverlayMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount, filesystem] = line.split(' - ');
    const [type, , options] = filesystem?.split(' ') ?? [];
    const point = mount?.split(' ')[4];
    if (type !== 'overlay' || point === undefined || options === undefined) return [];
    const layers = options
      .split(',')
      .filter((option) => /^lowerdir\+?=/.test(option))
      .flatMap((option) => option.slice(option.indexOf('=') + 1).split(/(?<!\\\\):/));
    return [{ point: unescapeOctal(point), layers: layers.map(unescapeOctal) }];
  });
}

/** LiveBase, lowerFile. `inodeAt`: the inode's number at a path, if something stands there. */
export function lowerFile(
  mounts: readonly OverlayMount[],
  path: string,
  identity: string,
  inodeAt: (path: string) => bigint | undefined,
): string | null | undefined {
  const mount = mounts.findLast(({ point }) => path.startsWith(point === '/' ? point : `${point}/`));
  const layers = mount?.layers.filter((layer) => layer.startsWith('/') && inodeAt(layer) !== undefined) ?? [];
  if (mount === undefined || layers.length < mount.layers.length) return undefined;
  const name = mount.point === '/' ? path : path.slice(mount.point.length);
  const number = layerNumber(BigInt(identity.slice(identity.lastIndexOf(':') + 1)));
  const isIt = (lower: string): boolean => {
    const found = inodeAt(lower);
    return found !== undefined && layerNumber(found) === number;
  };
  return layers.map((layer) => layer + name).find(isIt) ?? null;
}

/** As the kernel writes spaces and the like in mountinfo: backslash and three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Without the bits that say which layer it is (xino). */
function layerNumber(ino: bigint): bigint {
  return BigInt.asUintN(32, ino);
}
