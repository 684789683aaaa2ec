import { ROOT_DIR_FILE } from '../../events/event.js';
import { typeOfMode } from '../../timeline/base-node.js';
import type { BaseTree } from '../../timeline/base-tree.js';
import type { LiveBase } from '../live/live-base.js';

/** Where the bytes of hard links from before the recording stand, on overlayfs. */
export class OverlayHardLinks {
  private readonly lowerOf = new Map<number, string | null | undefined>();
  private doubted = false;

  constructor(
    private readonly base: BaseTree,
    private readonly live: Pick<LiveBase, 'isOnOverlay' | 'lowerFile'>,
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
    return path === '' || !this.live.isOnOverlay(path) ? null : this.live.lowerFile(path, identity);
  }

  /** Where it stood before the recording; '' where that is not known. */
  private basePath(file: number): string {
    const [name] = file === ROOT_DIR_FILE ? [] : this.base.names(file);
    return name === undefined ? '' : `${this.basePath(name.parent)}/${name.name}`;
  }
}
