import { type Node, type State, UNKNOWN } from '../timeline/types.js';
import type { Context } from './commands/command.js';

/** A state that is not known exactly is never shown as if it were. */
export function tellDoubt(state: State, context: Context): void {
  if (state.uncertain) {
    context.notice(`a gap leaves the state at event ${state.seq} in doubt: names and metadata may be wrong.`);
  }
}

/** True when a gap leaves bytes of the file unknown. */
export function isInDoubt(node: Node): boolean {
  if (node.uncertain) return true;
  if (!node.touched) return false;
  for (const { stream } of node.extents()) if (stream === UNKNOWN) return true;
  return false;
}
