import { type Clash, clashOf, type Proof } from './clashes.js';
import type { Effect } from './effects.js';
import { insertByEnd } from './order-of-ends.js';
import type { RawRecord } from './raw-record.js';

/** A write to bytes [offset, end). */
export interface RecentWrite {
  offset: number;
  end: number;
  /** Of the file, as the records before say. */
  sizeBefore: number;
}

interface Recent {
  effect: Effect;
  /** Of its file, before it. */
  sizeBefore: number;
  tid: number;
  exitNs: number;
}

/** A clash with an earlier call. */
export interface Found {
  clash: Clash;
  other: Effect;
}

/** Calls remembered. One that overlaps more of them in time was kept from running for long. */
const MOST_RECENT = 65_536;

/** Calls of different threads that overlapped in time: which took effect last cannot be told from the order in which they ended. */
export class Races {
  /** In the order in which they ended. */
  private recent: Recent[] = [];
  private hasForgotten = false;

  /**
   * What other threads wrote to the file while this write was under way, as far as it is known yet; undefined when too
   * much happened since.
   */
  writesMeanwhile(file: number, write: RawRecord): RecentWrite[] | undefined {
    return this.meanwhile(write)?.flatMap(({ effect, sizeBefore }) =>
      effect.file === file && effect.content?.how === 'set'
        ? [{ offset: effect.content.offset, end: effect.content.end, sizeBefore }]
        : [],
    );
  }

  /** Notes what the record's call did, after its event. Returns the earlier calls that may have come after it. */
  note(effect: Effect, record: RawRecord, sizeBefore: number, proof: () => Proof): readonly Found[] {
    const found = this.clashes(effect, this.meanwhile(record), proof);
    insertByEnd(this.recent, { effect, sizeBefore, tid: record.tid, exitNs: record.exitNs });
    if (this.recent.length > 2 * MOST_RECENT) {
      this.recent = this.recent.slice(-MOST_RECENT);
      this.hasForgotten = true;
    }
    return found;
  }

  private clashes(effect: Effect, others: readonly Recent[] | undefined, proof: () => Proof): readonly Found[] {
    if (others === undefined) return [{ clash: FORGOTTEN, other: effect }];
    if (others.length === 0) return NOTHING;
    const found: Found[] = [];
    for (const { effect: other } of others) {
      const clash = clashOf(other, effect, proof());
      if (clash !== undefined) found.push({ clash, other });
    }
    return found;
  }

  /**
   * Calls of other threads that did not end before the record's began; undefined when some may be forgotten. One that began
   * after its end is here only when the record came too late to be sorted before it.
   */
  private meanwhile({ tid, enterNs }: RawRecord): readonly Recent[] | undefined {
    let found: Recent[] | undefined;
    for (let i = this.recent.length - 1; i >= 0; i--) {
      const other = this.recent[i] as Recent;
      if (other.exitNs < enterNs) return found ?? NOTHING;
      if (other.tid === tid) continue;
      found ??= [];
      found.push(other);
    }
    return this.hasForgotten ? undefined : (found ?? NOTHING);
  }
}

const NOTHING: readonly never[] = [];
const FORGOTTEN: Clash = { cause: 'a call took so long that what overlapped it is not known', bytes: null };
