import { lstatSync, readFileSync } from 'node:fs';
import { toBytes } from '../../events/byte-string.js';
import { ROOT_DIR_FILE } from '../../events/event.js';
import { typeOfMode } from '../../timeline/base-node.js';
import type { BaseTree } from '../../timeline/base-tree.js';
import { isOnOverlay } from '../../timeline/overlay.js';
import { readingAsRoot } from '../privileges.js';

/** Where the bytes of hard links from before the recording stand, on overlayfs. */
export class LayeredLinks {
  private readonly lowerOf = new Map<number, string | null | undefined>();
  private mounts: readonly Overlay[] | undefined;
  private doubted = false;

  constructor(
    private readonly base: BaseTree,
    private readonly mountinfo: () => string = () => readFileSync('/proc/self/mountinfo', 'utf8'),
  ) {}

  /** The file in a lower layer that the names of this one share; null: they share none; undefined: it cannot be told. */
  lowerFile(file: number): string | null | undefined {
    const node = this.base.node(file);
    if (node === undefined || node.nlink < 2 || typeOfMode(node.mode) === 'dir') return null;
    if (!this.lowerOf.has(file)) this.lowerOf.set(file, this.find(file, node.identity));
    return this.lowerOf.get(file);
  }

  isFirstDoubt(): boolean {
    const first = !this.doubted;
    this.doubted = true;
    return first;
  }

  private find(file: number, identity: string): string | null | undefined {
    const path = this.basePath(file);
    if (path === '' || !isOnOverlay(path)) return null;
    this.mounts ??= overlays(this.mountinfo());
    const mount = this.mounts.findLast(({ point }) => path.startsWith(point === '/' ? point : `${point}/`));
    const layers = mount?.layers.filter(isThere) ?? [];
    if (mount === undefined || layers.length < mount.layers.length) return undefined;
    const name = mount.point === '/' ? path : path.slice(mount.point.length);
    const ino = layerNumber(BigInt(identity.slice(identity.lastIndexOf(':') + 1)));
    return layers.map((layer) => layer + name).find((lower) => inodeAt(lower) === ino) ?? null;
  }

  /** Where it stood before the recording; '' where that is not known. */
  private basePath(file: number): string {
    const [name] = file === ROOT_DIR_FILE ? [] : this.base.names(file);
    return name === undefined ? '' : `${this.basePath(name.parent)}/${name.name}`;
  }
}

interface Overlay {
  point: string;
  /** Lower layers. */
  layers: readonly string[];
}

/** Of /proc/self/mountinfo, in the order of mounting. */
function overlays(mountinfo: string): Overlay[] {
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

/** As the kernel writes spaces and the like in mountinfo: backslash and three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function isThere(layer: string): boolean {
  return layer.startsWith('/') && inodeAt(layer) !== undefined;
}

/** Without the bits that say which layer it is (xino). */
function layerNumber(ino: bigint): bigint {
  return BigInt.asUintN(32, ino);
}

function inodeAt(path: string): bigint | undefined {
  try {
    return layerNumber(readingAsRoot(() => lstatSync(toBytes(path), { bigint: true })).ino);
  } catch {
    return undefined;
  }
}
