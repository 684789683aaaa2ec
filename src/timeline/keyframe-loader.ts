import type { IndexReader } from '../index/types.js';
import type { TreeState } from './state.js';

export class KeyframeLoader {
  constructor(
    readonly index: IndexReader,
    readonly empty: TreeState,
  ) {}

  async before(_seq: number): Promise<TreeState | undefined> {
    return undefined;
  }
}
