import { Lru } from '../cas/lru.js';
import { DkError } from '../errors.js';
import type { IndexReader } from '../index/types.js';
import { decodeKeyframe, parentOfKeyframe } from './keyframe-codec.js';
import type { TreeState } from './state.js';

/** The states of keyframes share structure with the ones they build on. */
const STATES_KEPT = 256;
/** 7 on each of the levels there can be (keyframe-writer.ts); more is a forgery. */
const LONGEST_CHAIN = 128;

/** Reads keyframes, each with those it builds on. */
export class KeyframeLoader {
  private readonly states = new Lru<number, TreeState>(STATES_KEPT);

  constructor(
    private readonly index: IndexReader,
    private readonly empty: TreeState,
  ) {}

  /** The state of the newest keyframe at or before `seq`, undefined when there is none. */
  async before(seq: number): Promise<TreeState | undefined> {
    const chain: { seq: number; bytes: Buffer }[] = [];
    let state: TreeState | undefined;
    for (let wanted = seq; state === undefined; ) {
      const keyframe = await this.index.keyframe(wanted);
      if (keyframe === undefined && chain.length === 0) return undefined;
      if (keyframe === undefined || (chain.length > 0 && keyframe.seq !== wanted) || chain.length > LONGEST_CHAIN) {
        throw new DkError(
          'damaged',
          `Keyframe ${wanted} is missing from the index.`,
          'Get the recording again from where it came from, or record once more.',
        );
      }
      state = this.states.get(keyframe.seq);
      if (state !== undefined) break;
      chain.push(keyframe);
      wanted = parentOfKeyframe(keyframe.bytes);
      if (wanted === 0) state = this.empty;
    }
    for (const keyframe of chain.reverse()) {
      state = decodeKeyframe(keyframe.bytes, state);
      if (state.seq !== keyframe.seq) {
        throw new DkError(
          'damaged',
          `Keyframe ${keyframe.seq} says it is ${state.seq}.`,
          'Get the recording again from where it came from, or record once more.',
        );
      }
      this.states.set(keyframe.seq, state, 1);
    }
    return state;
  }
}
