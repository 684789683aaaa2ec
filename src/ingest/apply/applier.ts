import type { Does, OperationOf } from '../operation.js';

/**
 * What applying an operation says: done, or that it cannot have happened in the tree as it is, so that one which was under way
 * at the same time must come first.
 */
export type Outcome = 'done' | 'too-early';

/**
 * Makes events of an operation. `trusts`: no other operation can explain what does not fit, so it is taken at its word. `said`:
 * the same with its paths as the program's own mount namespace has them.
 */
export type Applier<D extends Does> = (op: OperationOf<D>, trusts: boolean, said: OperationOf<D>) => Outcome;
export type Appliers = { readonly [D in Does]: Applier<D> };
