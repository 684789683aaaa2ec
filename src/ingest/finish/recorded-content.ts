import { type BlobReader, isZeros, lengthOf } from '../../cas/types.js';
import type { IndexReader } from '../../index/types.js';
import { BaseContent } from '../../timeline/base-content.js';
import type { ProvenRecording } from '../../timeline/compare-proof.js';
import { ExtentContent } from '../../timeline/content.js';
import { lastSeenIn, statsOfBase } from '../../timeline/last-seen.js';
import type { Proof } from '../../timeline/proof.js';
import type { TreeState } from '../../timeline/state.js';
import { StreamReader } from '../../timeline/stream-reader.js';
import { liveTree } from '../../storage/checkout-tools.js';
import { readingAsRoot } from '../../native/privileges.js';
import { liveBytes } from '../live/read-back.js';

const CHUNK_BYTES = 1 << 20;

/** What the recording has of files now, out of its own stores: everything so far must have been flushed. */
export class RecordedContent implements ProvenRecording {
  /** It is being made here. */
  readonly isLocal = true;
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
        : new BaseContent(end.base, liveTree(readingAsRoot), (file) => lastSeenIn(end, file, async () => stats));
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
      const same = isZeros(live) ? await areZeros(content, at, live.zeros) : await areBytes(content, at, live);
      if (!same) return false;
      at += lengthOf(live);
    }
    return at === content.sizeBytes;
  }
}

async function areBytes(content: ExtentContent, at: number, expected: Uint8Array): Promise<boolean> {
  const { bytes, unknown } = await content.read(at, expected.length);
  return unknown.length === 0 && bytes.equals(expected);
}

async function areZeros(content: ExtentContent, from: number, length: number): Promise<boolean> {
  for await (const range of content.dataRanges(from, from + length)) {
    for (let at = range.offset; at < range.offset + range.length; at += CHUNK_BYTES) {
      const part = Math.min(CHUNK_BYTES, range.offset + range.length - at);
      if (!(await areBytes(content, at, Buffer.alloc(part)))) return false;
    }
  }
  return from + length <= content.sizeBytes;
}
