import { encodeKeyframe } from './keyframe-codec.js';
import type { StateBuilder } from './state-builder.js';
import { emptyState } from './state-builder.js';
import type { TreeState } from './state.js';

/** Events between keyframes: bounds the replay of a seek to about 5 ms. */
const INTERVAL = 4096;
/** Even when keyframes are over their budget; bounds a seek to about 60 ms. */
const LONGEST_INTERVAL = 65536;
/** Keyframes may take so much of the index, before the store compresses them to about a fifth. */
const BYTES_PER_EVENT = 32;
const FREE_BYTES = 1024 * 1024;

/** Keyframes that build on each other before one builds on the first of them. */
const RUN = 8;

/**
 * Decides when a state becomes a keyframe, and on which earlier one it builds: most on the one before, every 8th on
 * the one 8 before, every 64th on the one 64 before, and so on. Each change is then written once a level, and a seek
 * reads at most 7 keyframes a level.
 */
export class KeyframeWriter {
  private number = 0;
  private bytes = 0;
  private lastSeq = 0;
  private nextSeq: number;
  /** The last keyframe whose number is a multiple of RUN ** level. */
  private readonly levels: TreeState[];

  constructor(
    model: StateBuilder,
    private readonly put: (seq: number, bytes: Uint8Array) => void,
    private readonly interval = INTERVAL,
  ) {
    this.nextSeq = interval;
    this.levels = [emptyState(model.base)];
  }

  /** Call after every event. */
  after(model: StateBuilder): void {
    if (model.seq >= this.nextSeq) this.write(model);
  }

  /** Makes the end quick to reach. */
  finish(model: StateBuilder): void {
    if (model.seq - this.lastSeq > this.interval / 8) this.write(model);
  }

  private write(model: StateBuilder): void {
    this.number += 1;
    let level = 0;
    while (this.number % RUN ** (level + 1) === 0) level += 1;
    const empty = this.levels[this.levels.length - 1] as TreeState;
    const parent = this.levels[level] ?? empty;
    const state = model.freeze();
    const bytes = encodeKeyframe(parent, state);
    this.put(state.seq, bytes);
    // The base stays above the highest level that has a keyframe.
    if (level >= this.levels.length - 1) this.levels[level + 1] = empty;
    this.levels.fill(state, 0, level + 1);
    this.bytes += bytes.length;
    this.lastSeq = state.seq;
    const affordableAt = (this.bytes - FREE_BYTES) / BYTES_PER_EVENT;
    this.nextSeq = Math.min(Math.max(state.seq + this.interval, affordableAt), state.seq + LONGEST_INTERVAL);
  }
}
