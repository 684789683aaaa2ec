import type { BlobReader } from '../cas/types.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import type { DkEvent, ProcessInfo } from '../events/event.js';
import type { IndexReader } from '../index/types.js';
import { BaseContent, type LastSeen } from './base-content.js';
import { BaseManifest } from './base-manifest.js';
import { BaseTree } from './base-tree.js';
import { type ContentName, ExtentContent } from './content.js';
import { EventPages } from './event-pages.js';
import { eventFilter } from './event-query.js';
import { decodeExternals } from './externals-codec.js';
import { type Extents, wholeExtents } from './extents.js';
import type { LiveReader } from './live-files.js';
import { pathFilter } from './path-filter.js';
import { lastSeenIn, statsOfBase } from './last-seen.js';
import type { ProofStat } from './proof.js';
import { decodeProof } from './proof-codec.js';
import { StateCache } from './state-cache.js';
import type { TreeState } from './state.js';
import { StreamReader } from './stream-reader.js';
import { diffStates } from './tree-diff.js';
import type { EventQuery, FileContent, Recording, State, TreeChange } from './types.js';
import { UNKNOWN } from './types.js';

export interface RecordingSource {
  info: RecordingInfo;
  index: IndexReader;
  blobs: BlobReader;
  /** The bytes of base.bin; undefined when there is no base manifest. */
  base: Uint8Array | undefined;
  /** The tree as it is now, for base content that was not saved; undefined for a bundle. */
  live?: LiveReader;
}

/** Opens a recording for reading. `close` closes the index. */
export async function openRecording(source: RecordingSource): Promise<Recording> {
  const manifest = source.base === undefined ? BaseManifest.empty : BaseManifest.parse(source.base);
  const externals = await source.index.meta('externals');
  const base = new BaseTree(manifest, externals === undefined ? [] : decodeExternals(externals));
  return new StoredRecording(source, base, await source.index.length());
}

class StoredRecording implements Recording {
  readonly info: RecordingInfo;
  readonly isLocal: boolean;
  private readonly index: IndexReader;
  private readonly pages: EventPages;
  private readonly states: StateCache;
  private readonly streams: StreamReader;
  private readonly baseContent: BaseContent;
  /** By path; read when the first base content is asked for that is not in the store. */
  private proofStats: Promise<ReadonlyMap<string, ProofStat>> | undefined;

  constructor(
    source: RecordingSource,
    base: BaseTree,
    readonly length: number,
  ) {
    this.info = source.info;
    this.isLocal = source.live !== undefined;
    this.index = source.index;
    this.pages = new EventPages(source.index, length);
    this.states = new StateCache(source.index, base, this.pages);
    this.streams = new StreamReader(source.index, source.blobs);
    this.baseContent = new BaseContent(base, source.live, (file) => this.lastSeen(file));
  }

  event(seq: number): Promise<DkEvent> {
    return this.pages.event(seq);
  }

  async *events(query: EventQuery = {}): AsyncGenerator<DkEvent> {
    const matches = eventFilter(query, this.info.cwd);
    const limit = query.limit ?? Number.POSITIVE_INFINITY;
    let found = 0;
    if (limit <= 0) return;
    for await (const event of this.candidates(query)) {
      if (!matches(event)) continue;
      yield event;
      found += 1;
      if (found >= limit) return;
    }
  }

  async next(seq: number, query: EventQuery): Promise<DkEvent | undefined> {
    const from = Math.max(seq + 1, query.from ?? 1);
    for await (const event of this.events({ ...query, from, reverse: false, limit: 1 })) return event;
    return undefined;
  }

  async previous(seq: number, query: EventQuery): Promise<DkEvent | undefined> {
    const to = Math.min(seq - 1, query.to ?? this.length);
    for await (const event of this.events({ ...query, to, reverse: true, limit: 1 })) return event;
    return undefined;
  }

  history(file: number): Promise<number[]> {
    return this.index.history(file);
  }

  async state(seq: number): Promise<TreeState> {
    if (!Number.isInteger(seq) || seq < 0 || seq > this.length) {
      throw new DkError(
        'not-found',
        `There is no state ${seq}: the recording has ${this.length} events.`,
        'Choose a number from 0 (the base) to that, or `start` or `end`.',
      );
    }
    return this.states.at(seq);
  }

  content(state: State, file: number): FileContent {
    const node = (state as TreeState).node(file);
    if (node === undefined || node.type !== 'file') {
      throw new DkError(
        'not-found',
        `${state.pathOf(file) ?? `File ${file}`} is not a regular file at event ${state.seq}.`,
        'Look at the tree with `dk tree`, or choose another event.',
      );
    }
    return this.contentOf(node.content(), { toString: () => state.pathOf(file) ?? `file ${file}` });
  }

  payload(event: DkEvent, limitBytes?: number): Promise<Buffer> {
    const data = 'data' in event ? event.data : null;
    if (data === null) return Promise.resolve(Buffer.alloc(0));
    const bytes = event.kind === 'resync' ? (event.truth?.sizeBytes ?? 0) : 'length' in event ? event.length : 0;
    const length = Math.min(bytes, limitBytes ?? bytes);
    const stream = data.stream === 0 ? UNKNOWN : data.stream;
    return this.contentOf(wholeExtents(length, stream, data.off), `event ${event.seq}`).all(length);
  }

  async diff(before: State, after: State, paths?: readonly string[]): Promise<TreeChange[]> {
    const changes = diffStates(before as TreeState, after as TreeState);
    if (paths === undefined || paths.length === 0) return changes;
    const matches = pathFilter(paths, this.info.cwd);
    return changes.filter((change) => matches(change.path) || matches(change.oldPath));
  }

  async seqAtTime(tsNs: number): Promise<number> {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((await this.pages.event(middle)).tsNs <= tsNs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  processes(): Promise<ProcessInfo[]> {
    return this.index.processes();
  }

  meta(name: string): Promise<Buffer | undefined> {
    return this.index.meta(name);
  }

  close(): Promise<void> {
    return this.index.close();
  }

  private contentOf(extents: Extents, name: ContentName): ExtentContent {
    return new ExtentContent(extents, this.streams, this.baseContent, name);
  }

  private async lastSeen(file: number): Promise<LastSeen | undefined> {
    return lastSeenIn(await this.states.at(this.length), file, () => {
      this.proofStats ??= this.index.meta('proof').then(statsOf);
      return this.proofStats;
    });
  }

  /** The events to look at, in the query's order: of one file from its history, otherwise the range. */
  private async *candidates(query: EventQuery): AsyncGenerator<DkEvent> {
    const from = Math.max(1, query.from ?? 1);
    const to = Math.min(this.length, query.to ?? this.length);
    if (query.file === undefined) {
      yield* this.pages.range(from, to, query.reverse);
      return;
    }
    const seqs = (await this.index.history(query.file)).filter((seq) => seq >= from && seq <= to);
    if (query.reverse) seqs.reverse();
    for (const seq of seqs) yield await this.pages.event(seq);
  }
}

function statsOf(proof: Uint8Array | undefined): ReadonlyMap<string, ProofStat> {
  return proof === undefined ? new Map() : statsOfBase(decodeProof(proof));
}
