import type { EventOf } from '../events/event.js';
import { type Node, type Recording, type State, UNKNOWN } from '../timeline/types.js';
import { indexFrom } from './ascending.js';

type Gap = EventOf<'gap'>;

/** Beyond this many gaps the later ones are not named one by one; unknown bytes are still shown as unknown. */
const MAX_EVENTS = 20_000;
/** How far back a gap is searched for that still leaves something in doubt; each look may walk a file's extents. */
const MAX_LOOKS = 100;

/** Names the gap behind an uncertainty: from the gap on, until a resync or an overwrite makes it good. */
export class Gaps {
  readonly #gaps: readonly Gap[];
  /** Sequence numbers of resync events by file, ascending. */
  readonly #resyncs: ReadonlyMap<number, readonly number[]>;
  /** Ascending. */
  readonly seqs: readonly number[];

  constructor(gaps: readonly Gap[], resyncs: ReadonlyMap<number, readonly number[]> = new Map()) {
    this.#gaps = gaps;
    this.#resyncs = resyncs;
    this.seqs = gaps.map((gap) => gap.seq);
  }

  static async read(recording: Recording): Promise<Gaps> {
    if (recording.info.gaps === 0 && recording.info.state === 'sealed') return new Gaps([]);
    const gaps: Gap[] = [];
    const resyncs = new Map<number, number[]>();
    for await (const event of recording.events({ kinds: new Set(['gap', 'resync']), limit: MAX_EVENTS })) {
      if (event.kind === 'gap') gaps.push(event);
      else resyncs.set(event.file, [...(resyncs.get(event.file) ?? []), event.seq]);
    }
    return new Gaps(gaps, resyncs);
  }

  /** The gap that leaves the file in doubt at this state. */
  behindFile(state: State, file: number): Gap | undefined {
    if (file === 0) return undefined;
    return this.#last(
      state.seq,
      (gap) => (gap.file === 0 || gap.file === file) && this.#leavesInDoubt(gap, state, file),
    );
  }

  /** The last gap that leaves anything in doubt at this state. */
  behindState(state: State): Gap | undefined {
    return this.#last(state.seq, (gap) =>
      gap.file === 0 ? state.uncertain : this.#leavesInDoubt(gap, state, gap.file),
    );
  }

  #leavesInDoubt(gap: Gap, state: State, file: number): boolean {
    const node = state.node(file);
    if (node === undefined) return state.uncertain && gap.file === 0;
    if (gap.file === 0 || node.uncertain) return node.uncertain;
    return !this.#wasReadBack(file, gap.seq, state.seq) && hasUnknownBytes(node);
  }

  #wasReadBack(file: number, after: number, upTo: number): boolean {
    const seqs = this.#resyncs.get(file) ?? [];
    return (seqs[indexFrom(seqs, after + 1)] ?? Number.POSITIVE_INFINITY) <= upTo;
  }

  #last(seq: number, isOpen: (gap: Gap) => boolean): Gap | undefined {
    const end = indexFrom(this.seqs, seq + 1);
    for (let at = end - 1; at >= Math.max(0, end - MAX_LOOKS); at--) {
      const gap = this.#gaps[at] as Gap;
      if (isOpen(gap)) return gap;
    }
    return undefined;
  }
}

function hasUnknownBytes(node: Node): boolean {
  for (const extent of node.extents()) if (extent.stream === UNKNOWN) return true;
  return false;
}
