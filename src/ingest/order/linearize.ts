/** Something that happened at one moment of [fromNs, untilNs]. */
export interface Step<S> {
  readonly fromNs: number;
  readonly untilNs: number;
  /** Number of a step that it came after; clocks may not tell. */
  readonly after?: number;
  /** The state after it; undefined when it cannot have happened in `state`. */
  apply(state: S): S | undefined;
}

/** An order in which the steps can have happened, and what is certain of it. */
export interface Order {
  /** Numbers of the steps. */
  readonly steps: readonly number[];
  /** Whether one came before the other in every order that there can have been. */
  isKnown(a: number, b: number): boolean;
}

/** A step, and the order that it is part of. */
export interface Ordered {
  readonly order: Order;
  readonly step: number;
}

/** Beyond that nothing is said: it is exponential in how many steps were under way at once. */
const MOST_TRIED = 20_000;

/**
 * The orders in which steps that overlapped in time can have happened, one after the other (what is called a linearization).
 * The one that is returned is the first by their ends. undefined: there is none, or there are too many to try.
 */
export function linearize<S>(steps: readonly Step<S>[], start: S): Order | undefined {
  const byEnd = steps.map((_, i) => i).sort((a, b) => stepAt(steps, a).untilNs - stepAt(steps, b).untilNs);
  const chosen: number[] = [];
  const isChosen = new Array<boolean>(steps.length).fill(false);
  const before = new Set<number>();
  let first: readonly number[] | undefined;
  let tried = 0;

  const visit = (state: S): boolean => {
    if (chosen.length === steps.length) {
      first ??= [...chosen];
      for (const [at, a] of chosen.entries()) for (const b of chosen.slice(at + 1)) before.add(a * steps.length + b);
      return true;
    }
    const left = byEnd.filter((i) => !isChosen[i]);
    const endNs = stepAt(steps, left[0] as number).untilNs;
    for (const i of left) {
      const step = stepAt(steps, i);
      if (step.fromNs > endNs) continue; // something else was over by then
      if (step.after !== undefined && !isChosen[step.after]) continue;
      if (++tried > MOST_TRIED) return false;
      const next = step.apply(state);
      if (next === undefined) continue;
      chosen.push(i);
      isChosen[i] = true;
      const isComplete = visit(next);
      chosen.pop();
      isChosen[i] = false;
      if (!isComplete) return false;
    }
    return true;
  };

  if (!visit(start) || first === undefined) return undefined;
  const isBefore = (a: number, b: number) => before.has(a * steps.length + b);
  return { steps: first, isKnown: (a, b) => isBefore(a, b) !== isBefore(b, a) };
}

function stepAt<S>(steps: readonly Step<S>[], i: number): Step<S> {
  return steps[i] as Step<S>;
}
