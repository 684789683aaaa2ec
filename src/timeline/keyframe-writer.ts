import { encodeKeyframe } from './keyframe-codec.js';
import type { StateBuilder } from './state-builder.js';
import { emptyState } from './state-builder.js';
import type { TreeState } from './state.js';

/** Events between keyframes: bounds the replay of a seek to about 5 ms. */
const INTERVAL = 4096;
/** Even when keyframes are over their budget; bounds a seek to about 60 ms. */
const LONGEST_INTERVAL = 65536;
/** Keyframes may take so much of the index. */
const BYTES_PER_EVENT = 8;
const FREE_BYTES = 256 * 1024;

/**
 * Decides when a state becomes a keyframe, and on which earlier one it builds: keyframe k on k with its lowest bit
 * cleared, so that each change is written about log2(k) / 2 times and a seek reads at most log2(k) keyframes.
 */
export class KeyframeWriter {
  private number = 0;
  private bytes = 0;
  private lastSeq = 0;
  private nextSeq: number;
  /** Keyframe `number` and those it builds on: the only ones later keyframes can build on. */
  private chain: { number: number; state: TreeState }[];

  constructor(
    model: StateBuilder,
    private readonly put: (seq: number, bytes: Uint8Array) => void,
    private readonly interval = INTERVAL,
  ) {
    this.nextSeq = interval;
    this.chain = [{ number: 0, state: emptyState(model.base) }];
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
    const builtOn = this.number & (this.number - 1);
    this.chain = this.chain.filter(({ number }) => isPrefix(number, builtOn));
    const parent = (this.chain[this.chain.length - 1] as { state: TreeState }).state;
    const state = model.freeze();
    const bytes = encodeKeyframe(parent, state);
    this.put(state.seq, bytes);
    this.chain.push({ number: this.number, state });
    this.bytes += bytes.length;
    this.lastSeq = state.seq;
    const affordableAt = (this.bytes - FREE_BYTES) / BYTES_PER_EVENT;
    this.nextSeq = Math.min(Math.max(state.seq + this.interval, affordableAt), state.seq + LONGEST_INTERVAL);
  }
}

/** True for `of` and what it builds on: `number` is `of` with some of its lowest set bits cleared. */
function isPrefix(number: number, of: number): boolean {
  for (let at = of; ; at &= at - 1) {
    if (at === number) return true;
    if (at === 0) return false;
  }
}
