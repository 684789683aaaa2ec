import type { State } from '../timeline/types.js';
import type { Context } from './commands/command.js';

/** A state that is not known exactly is never shown as if it were. */
export function tellDoubt(state: State, context: Context): void {
  if (state.uncertain) {
    context.notice(`a gap leaves the state at event ${state.seq} in doubt: names and metadata may be wrong.`);
  }
}
