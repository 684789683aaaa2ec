import type { BlobReader } from '../../cas/types.js';
import type { IndexReader } from '../../index/types.js';
import { BaseContent } from '../../timeline/base-content.js';
import type { ProvenRecording } from '../../timeline/compare-proof.js';
import { ExtentContent } from '../../timeline/content.js';
import { lastSeenIn, statsOfBase } from '../../timeline/last-seen.js';
import { liveFiles } from '../../timeline/live-files.js';
import type { Proof } from '../../timeline/proof.js';
import type { TreeState } from '../../timeline/state.js';
import { StreamReader } from '../../timeline/stream-reader.js';
import { liveBytes } from './read-back.js';

/** What the recording has of files now, out of its own stores: everything so far must have been flushed. */
export class RecordedContent implements ProvenRecording {
  private readonly streams: StreamReader;
  private readonly base: BaseContent;

  /** `proof`: what reads bytes from before that were not saved from the files themselves; they are unknown without it. */
  constructor(
    private readonly end: TreeState,
    index: IndexReader,
    blobs: BlobReader,
    proof?: Proof,
  ) {
    this.streams = new StreamReader(index, blobs);
    const stats = proof === undefined ? undefined : statsOfBase(proof);
    this.base =
      stats === undefined
        ? new BaseContent(end.base, undefined, async () => undefined)
        : new BaseContent(end.base, liveFiles, (file) => lastSeenIn(end, file, async () => stats));
  }

  get length(): number {
    return this.end.seq;
  }

  /** The last one is all there is. */
  async state(): Promise<TreeState> {
    return this.end;
  }

  content(state: TreeState, file: number): ExtentContent {
    return new ExtentContent(state.node(file)?.content() ?? null, this.streams, this.base, `file ${file}`);
  }

  /** True when the live file at the path has the bytes that the recording has of `file`. Reads no further than it must. */
  async equals(file: number, path: string): Promise<boolean> {
    const node = this.end.node(file);
    if (node === undefined) return false;
    const content = this.content(this.end, file);
    let at = 0;
    for (const live of liveBytes(path)) {
      const { bytes, unknown } = await content.read(at, live.length);
      if (unknown.length > 0 || !bytes.equals(live)) return false;
      at += live.length;
    }
    return at === content.sizeBytes;
  }
}
