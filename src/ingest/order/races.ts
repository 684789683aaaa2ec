import type { RecentWrite } from '../bytes/window-search.js';
import { type Clash, clashOf, type Proof } from './clashes.js';
import type { AttributeEffect, Effect } from './effects.js';
import type { Ordered } from './linearize.js';
import { insertByEnd } from './order-of-ends.js';
import type { Operation } from '../operation.js';

/** What a gap says of a call. */
export interface Caller {
  readonly kind: string;
  readonly comm: string;
  readonly pid: number;
}

interface Recent {
  effect: Effect;
  caller: Caller;
  /** Of its file, before it. */
  sizeBefore: number;
  tid: number;
  exitNs: number;
  ordered: Ordered | undefined;
}

/** A clash with an earlier call. */
export interface Found {
  clash: Clash;
  other: Effect;
  /** Of the other call; undefined when it is forgotten. */
  caller: Caller | undefined;
}

/** Calls remembered. One that overlaps more of them in time was kept from running for long. */
const MOST_RECENT = 65_536;

/** Calls of different threads that overlapped in time: which took effect last cannot be told from the order in which they ended. */
export class Races {
  /** In the order in which they ended. */
  private recent: Recent[] = [];
  private hasForgotten = false;

  /**
   * What other threads wrote to the file while this write was under way, as far as it is known yet; undefined when too
   * much happened since.
   */
  writesMeanwhile(file: number, write: Operation): RecentWrite[] | undefined {
    return this.meanwhile(write)?.flatMap(({ effect, sizeBefore }) =>
      effect.file === file && effect.content?.how === 'set'
        ? [{ offset: effect.content.offset, end: effect.content.end, sizeBefore }]
        : [],
    );
  }

  /**
   * Whether another thread's call that was noted already, and did not end before the operation's began, may have changed what the
   * paths stand for, or the mode or owner of what stands there.
   */
  mayHaveMoved(paths: readonly string[], op: Operation): boolean {
    const touches = (of: string) => paths.some((path) => path === of || path.startsWith(`${of}/`));
    return (
      this.meanwhile(op)?.some(
        ({ effect: { names, attributes } }) => names.some(({ path }) => touches(path)) || attributes.some(isSetBeside),
      ) ?? true
    );
  }

  /** Notes what the operation did, after its event. Returns the earlier calls that may have come after it. */
  note(
    effect: Effect,
    caller: Caller,
    op: Operation,
    sizeBefore: number,
    ordered: Ordered | undefined,
    proof: () => Proof,
  ): readonly Found[] {
    const others = this.meanwhile(op)?.filter((other) => !isKnown(other.ordered, ordered));
    const found = this.clashes(effect, others, proof);
    insertByEnd(this.recent, { effect, caller, sizeBefore, tid: op.tid, exitNs: op.exitNs, ordered });
    if (this.recent.length > 2 * MOST_RECENT) {
      this.recent = this.recent.slice(-MOST_RECENT);
      this.hasForgotten = true;
    }
    return found;
  }

  private clashes(effect: Effect, others: readonly Recent[] | undefined, proof: () => Proof): readonly Found[] {
    if (others === undefined) return [{ clash: FORGOTTEN, other: effect, caller: undefined }];
    if (others.length === 0) return NOTHING;
    const found: Found[] = [];
    for (const { effect: other, caller } of others) {
      const clash = clashOf(other, effect, proof());
      if (clash !== undefined) found.push({ clash, other, caller });
    }
    return found;
  }

  /**
   * Calls of other threads that did not end before the operation's began; undefined when some may be forgotten. One that began
   * after its end is here only when the record came too late to be sorted before it.
   */
  private meanwhile({ tid, enterNs }: Operation): readonly Recent[] | undefined {
    let found: Recent[] | undefined;
    for (let i = this.recent.length - 1; i >= 0; i--) {
      const other = this.recent[i] as Recent;
      if (other.exitNs < enterNs) return found ?? NOTHING;
      if (other.tid === tid) continue;
      found ??= [];
      found.push(other);
    }
    return this.hasForgotten ? undefined : (found ?? NOTHING);
  }
}

function isSetBeside({ what }: AttributeEffect): boolean {
  return what === 'mode' || what === 'owner';
}

/** A sentence without its end, with both calls: the one that was found, and the later one. */
export function causeOf({ clash, other, caller }: Found, later: Effect, laterCaller: Caller): string {
  if (caller === undefined) return clash.cause;
  return `${describe(other, caller)}, ${describe(later, laterCaller)}: ${clash.cause}`;
}

function describe({ path, names }: Effect, { kind, comm, pid }: Caller): string {
  const to = names.findLast((name) => name.path !== path && !name.isUse);
  return `${kind} ${path}${to === undefined ? '' : ` to ${to.path}`} (${comm} ${pid})`;
}

/** Looks at what the calls' names stood for have told which came first. */
function isKnown(a: Ordered | undefined, b: Ordered | undefined): boolean {
  return a !== undefined && b !== undefined && a.order === b.order && a.order.isKnown(a.step, b.step);
}

const NOTHING: readonly never[] = [];
const FORGOTTEN: Clash = { cause: 'a call took so long that what overlapped it is not known', bytes: null };
