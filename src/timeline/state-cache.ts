import type { IndexReader } from '../index/types.js';
import { applyEvent } from './appliers.js';
import type { BaseTree } from './base-tree.js';
import type { EventPages } from './event-pages.js';
import { KeyframeLoader } from './keyframe-loader.js';
import { emptyState, StateBuilder } from './state-builder.js';
import type { TreeState } from './state.js';

/** States share structure, so that keeping many is cheap. */
const STATES_KEPT = 256;
/** On the way to a state, one of every so many is kept: stepping back replays fewer events than this. */
const SPACING = 64;
/** How far before the wanted state such states are worth keeping. */
const NEIGHBOURHOOD = 4096;
/** A keyframe is read when the nearest kept state is further away than this. */
const WORTH_A_KEYFRAME = 1024;

/** Finds states: from the nearest one that is kept, or the nearest keyframe, whichever is closer. */
export class StateCache {
  private readonly states = new Map<number, TreeState>();
  private readonly keyframes: KeyframeLoader;
  private readonly empty: TreeState;

  constructor(
    index: IndexReader,
    base: BaseTree,
    private readonly pages: EventPages,
  ) {
    this.empty = emptyState(base);
    this.keyframes = new KeyframeLoader(index, this.empty);
  }

  /** 0 ≤ seq ≤ number of events. */
  async at(seq: number): Promise<TreeState> {
    const kept = this.nearest(seq);
    if (kept.seq === seq) return kept;
    const keyframe = seq - kept.seq > WORTH_A_KEYFRAME ? await this.keyframes.before(seq) : undefined;
    return this.replay(keyframe !== undefined && keyframe.seq > kept.seq ? keyframe : kept, seq);
  }

  private async replay(from: TreeState, seq: number): Promise<TreeState> {
    const builder = new StateBuilder(from);
    for await (const events of this.pages.chunks(from.seq + 1, seq)) {
      for (const event of events) {
        applyEvent(builder, event);
        if (event.seq % SPACING === 0 && seq - event.seq < NEIGHBOURHOOD) this.keep(builder.freeze());
      }
    }
    const state = builder.freeze();
    this.keep(state);
    return state;
  }

  private nearest(seq: number): TreeState {
    let best = this.empty;
    for (const state of this.states.values()) if (state.seq <= seq && state.seq > best.seq) best = state;
    if (best !== this.empty) {
      this.states.delete(best.seq);
      this.states.set(best.seq, best);
    }
    return best;
  }

  private keep(state: TreeState): void {
    this.states.delete(state.seq);
    this.states.set(state.seq, state);
    if (this.states.size <= STATES_KEPT) return;
    const [oldest] = this.states.keys();
    this.states.delete(oldest as number);
  }
}
