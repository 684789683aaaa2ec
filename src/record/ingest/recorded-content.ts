import type { BlobReader } from '../../cas/types.js';
import type { IndexReader } from '../../index/types.js';
import { BaseContent } from '../../timeline/base-content.js';
import { ExtentContent } from '../../timeline/content.js';
import type { TreeState } from '../../timeline/state.js';
import { StreamReader } from '../../timeline/stream-reader.js';
import { liveBytes } from './read-back.js';

/** What the recording has of files now, out of its own stores: everything so far must have been flushed. */
export class RecordedContent {
  private readonly streams: StreamReader;
  private readonly base: BaseContent;

  constructor(
    private readonly state: TreeState,
    index: IndexReader,
    blobs: BlobReader,
  ) {
    this.streams = new StreamReader(index, blobs);
    // Bytes that were not saved are not known here: the live file is what is compared with.
    this.base = new BaseContent(state.base, undefined, async () => undefined);
  }

  /** True when the live file at the path has the bytes that the recording has of `file`. Reads no further than it must. */
  async equals(file: number, path: string): Promise<boolean> {
    const node = this.state.node(file);
    if (node === undefined) return false;
    const content = new ExtentContent(node.content(), this.streams, this.base, path);
    let at = 0;
    for (const live of liveBytes(path)) {
      const { bytes, unknown } = await content.read(at, live.length);
      if (unknown.length > 0 || !bytes.equals(live)) return false;
      at += live.length;
    }
    return at === content.sizeBytes;
  }
}
