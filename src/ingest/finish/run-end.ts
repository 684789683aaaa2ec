/** What the session knows about how the run ended. */
export interface RunEnd {
  /** End of the command, since the start. */
  endNs: number;
  /** Why recording stopped before the command's end; null when it did not. */
  stopped: string | null;
  /** Threads that the command left behind and that went on: what they did at the end may be missing. */
  atLarge: number;
}

/** How the second look at the roots went; `whole`: end.bin is complete, in the form of base.bin. */
export type EndWalk = 'whole' | 'cut' | 'failed';

/** What became of the second look at the roots. `no-base`: there is nothing to compare it with. */
export type RootWalk = EndWalk | 'no-base';
