import { mountsIn, unescaped } from './mountinfo.js';

/** Overlayfs, as /proc/self/mountinfo lists it. */
export interface OverlayMount {
  point: string;
  /** Lower layers. */
  layers: readonly string[];
}

/** Of /proc/self/mountinfo, in latin1. */
export function overlayMounts(mountinfo: string): OverlayMount[] {
  return mountsIn(mountinfo)
    .filter(({ type }) => type === 'overlay')
    .map(({ point, options }) => ({ point, layers: lowerLayers(options) }));
}

function lowerLayers(options: string): string[] {
  const lists = options.split(',').filter((option) => /^lowerdir\+?=/.test(option));
  // Colons that are part of a name stand behind a backslash, as mount(8) wants it.
  const layers = lists.flatMap((option) => unescaped(option.slice(option.indexOf('=') + 1)).split(/(?<!\\):/));
  return layers.map((layer) => layer.replace(/\\(.)/g, '$1'));
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

/** Without the bits that say which layer it is (xino). */
function layerNumber(ino: bigint): bigint {
  return BigInt.asUintN(32, ino);
}
