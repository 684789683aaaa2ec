import type { DkEvent, EventOf } from '../events/event.js';
import type { Recording } from '../timeline/types.js';

type Gap = EventOf<'gap'>;

/** More than this many gaps are not told apart any longer: then everything after the first is uncertain. */
const MAX_GAPS = 20_000;

/** Knows since when a file, or anything, is uncertain: from a gap until the resync that restores the truth. */
export class Gaps {
  readonly #events: readonly DkEvent[];

  private constructor(events: readonly DkEvent[]) {
    this.#events = events;
  }

  static async read(recording: Recording): Promise<Gaps> {
    if (recording.info.gaps === 0 && recording.info.state === 'sealed') return new Gaps([]);
    const events: DkEvent[] = [];
    for await (const event of recording.events({ kinds: new Set(['gap', 'resync']), limit: MAX_GAPS })) {
      events.push(event);
    }
    return new Gaps(events);
  }

  static none(): Gaps {
    return new Gaps([]);
  }

  /** Sequence numbers of the gaps, ascending. */
  seqs(): number[] {
    return this.#events.filter((event) => event.kind === 'gap').map((event) => event.seq);
  }

  /** The gap that makes the file uncertain at this moment, undefined when what is shown is the truth. */
  affecting(file: number, seq: number): Gap | undefined {
    let open: Gap | undefined;
    for (const event of this.#events) {
      if (event.seq > seq) break;
      if (event.kind === 'gap' && (event.file === 0 || event.file === file)) open = event;
      if (event.kind === 'resync' && event.file === file) open = undefined;
    }
    return open;
  }

  /** The last gap at or before this moment that no resync of the same file has closed yet. */
  openAt(seq: number): Gap | undefined {
    const open = new Map<number, Gap>();
    for (const event of this.#events) {
      if (event.seq > seq) break;
      if (event.kind === 'gap') open.set(event.file, event);
      if (event.kind === 'resync') open.delete(event.file);
    }
    return [...open.values()].at(-1);
  }
}
