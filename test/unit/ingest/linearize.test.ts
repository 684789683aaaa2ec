import { describe, expect, it } from 'vitest';
import { linearize, type Step } from '../../../src/ingest/order/linearize.js';
import {
  applyAct,
  applySeen,
  type Held,
  type NameAct,
  type NameState,
  NO_FILE,
  UNNAMED,
} from '../../../src/ingest/order/name-state.js';

const call = (act: NameAct, fromNs = 0, untilNs = 10): Step<NameState> => ({ fromNs, untilNs, apply: applyAct(act) });
/** `after`: the call that looked. */
const seen = (path: string, what: number | null, after = 1, facts: { key?: string; mode?: number } = {}) => {
  const fromNs = 11 + after; // the clock need not have moved since the call ended
  const found =
    what === null ? null : { file: what === 0 ? undefined : what, key: '', mode: 0o644, owner: '0:0', ...facts };
  return { fromNs: fromNs - 1, untilNs: fromNs, after, apply: applySeen({ path, found }) };
};
const start = (names: Record<string, Held>, modes: [number, number][] = []): NameState => ({
  names: new Map(Object.entries(names)),
  modes: new Map<Held, number>(modes),
  owners: new Map(),
});

const move = (from: string, to: string, more: object = {}): NameAct => ({ does: 'move', from, to, ...more });
const remove = (path: string): NameAct => ({ does: 'remove', path });
const link = (from: string, to: string): NameAct => ({ does: 'link', from, to });

/** The order of the first two steps: which came first, when that is certain. */
function firstOf(steps: Step<NameState>[], from: NameState): 'a' | 'b' | 'unknown' | 'impossible' {
  const order = linearize(steps, from);
  if (order === undefined) return 'impossible';
  if (!order.isKnown(0, 1)) return 'unknown';
  return order.steps.indexOf(0) < order.steps.indexOf(1) ? 'a' : 'b';
}

describe('two calls to one name, and what the one that ended last saw', () => {
  const tree = start({ a: 1, b: 2, n: 3 });
  const renames = [call(move('a', 'n')), call(move('b', 'n'), 5, 11)];

  it('two renames: what stands there came last', () => {
    expect(firstOf([...renames, seen('n', 2)], tree)).toBe('a');
    expect(firstOf([...renames, seen('n', 1)], tree)).toBe('b');
    expect(firstOf(renames, tree)).toBe('unknown');
  });

  it('a file that no record names says nothing, one that neither put there is no proof', () => {
    expect(firstOf([...renames, seen('n', 0)], tree)).toBe('unknown');
    expect(firstOf([...renames, seen('n', 3)], tree)).toBe('impossible');
    expect(firstOf([...renames, seen('n', null)], tree)).toBe('impossible');
  });

  it('a rename over a name and its removal', () => {
    const calls = [call(move('a', 'n')), call(remove('n'), 5, 11)];
    expect(firstOf([...calls, seen('n', null)], tree)).toBe('a');
    expect(firstOf([...calls, seen('n', 1)], tree)).toBe('b');
  });

  it('a link of what is being replaced: its new name tells which file it found', () => {
    const calls = [call(move('a', 'n')), call(link('n', 'm'), 5, 11)];
    expect(firstOf([...calls, seen('n', 1), seen('m', 1)], start({ a: 1, n: 3, m: 0 }))).toBe('a');
    expect(firstOf([...calls, seen('n', 1), seen('m', 3)], start({ a: 1, n: 3, m: 0 }))).toBe('b');
  });

  it('a name that moves away while another comes in its place', () => {
    const calls = [call(move('a', 'n')), call(move('n', 'm'), 5, 11)];
    expect(firstOf([...calls, seen('n', null), seen('m', 1)], start({ a: 1, n: 3, m: 0 }))).toBe('a');
    expect(firstOf([...calls, seen('n', 1), seen('m', 3)], start({ a: 1, n: 3, m: 0 }))).toBe('b');
  });

  it('an exchange and a rename', () => {
    const calls = [call(move('a', 'n')), call({ does: 'swap', from: 'b', to: 'n' }, 5, 11)];
    expect(firstOf([...calls, seen('n', 2), seen('b', 1)], tree)).toBe('a');
    expect(firstOf([...calls, seen('n', 1), seen('b', 3)], tree)).toBe('b');
  });

  it('what can only have happened in one order needs no look', () => {
    const calls = [call({ does: 'make', path: 'n', as: '7' }), call(remove('n'), 5, 11)];
    expect(firstOf(calls, start({ n: 0 }))).toBe('a');
    expect(firstOf(calls, start({ n: 3 }))).toBe('b');
    expect(firstOf([call(move('a', 'n', { keeps: true })), call(remove('n'), 5, 11)], start({ a: 1, n: 0 }))).toBe('a');
  });

  it('a file that a call made is known by its inode, one of which no record says it by being unknown', () => {
    const calls = (as: Held) => [call({ does: 'make', path: 'n', as }), call(move('a', 'n'), 5, 11)];
    expect(firstOf([...calls('7'), seen('n', 1)], start({ a: 1, n: 0 }))).toBe('a');
    const thrice = [
      call(move('a', 'n')),
      call(move('n', 'm'), 0, 11),
      call({ does: 'make', path: 'n', as: '7' }, 5, 12),
    ];
    expect(firstOf([...thrice, seen('n', NO_FILE, 2, { key: '7' })], start({ a: 1, n: 0, m: 0 }))).toBe('a');
    expect(firstOf([...calls(UNNAMED), seen('n', 0)], start({ a: 1, n: 0 }))).toBe('a');
  });

  it('a mode by name: whether what stands there now has it', () => {
    const calls = [call({ does: 'use', path: 'n', mode: 0o600 }), call(move('a', 'n'), 5, 11)];
    const from = start({ a: 1, n: 3 }, [
      [1, 0o644],
      [3, 0o640],
    ]);
    expect(firstOf([...calls, seen('n', 1)], from)).toBe('a');
    expect(firstOf([...calls, seen('n', 1, 1, { mode: 0o600 })], from)).toBe('b');
    const two = [call({ does: 'use', path: 'n', mode: 0o600 }), call({ does: 'use', path: 'n', mode: 0o604 }, 5, 11)];
    expect(firstOf([...two, seen('n', 3, 1, { mode: 0o604 })], from)).toBe('a');
    expect(firstOf([...two, seen('n', 3, 1, { mode: 0o600 })], from)).toBe('b');
  });

  it('what had the same mode before and after leaves no trace', () => {
    const calls = [call({ does: 'use', path: 'n', mode: 0o644 }), call(move('a', 'n'), 5, 11)];
    expect(firstOf([...calls, seen('n', 1)], start({ a: 1, n: 3 }, [[1, 0o644]]))).toBe('unknown');
  });
});

describe('more of them', () => {
  const tree = start({ a: 1, b: 2, c: 3, n: 0 });
  const three = [call(move('a', 'n'), 0, 10), call(move('b', 'n'), 0, 11), call(move('c', 'n'), 0, 12)];

  it('looks in between tell the whole order', () => {
    const order = linearize([...three, seen('n', 1, 0), seen('n', 2, 1), seen('n', 3, 2)], tree);
    expect(order?.steps).toEqual([0, 3, 1, 4, 2, 5]);
    expect([order?.isKnown(0, 1), order?.isKnown(1, 2), order?.isKnown(0, 2)]).toEqual([true, true, true]);
  });

  it('what the last one covered up stays unknown, what is before and after it not', () => {
    const order = linearize([...three, seen('n', 3, 2)], tree);
    expect(order?.steps.slice(-2)).toEqual([2, 3]);
    expect([order?.isKnown(0, 1), order?.isKnown(1, 2), order?.isKnown(0, 2)]).toEqual([false, true, true]);
  });

  it('calls that did not overlap stay in their order', () => {
    const steps = [call(move('a', 'n'), 0, 9), call(move('b', 'n'), 10, 11), call(move('c', 'n'), 5, 12)];
    const order = linearize([...steps, seen('n', 2, 2)], tree);
    expect(order?.steps.at(-2)).toBe(1);
    expect(order?.isKnown(0, 1)).toBe(true);
    expect(order?.isKnown(1, 2)).toBe(true);
  });

  it('too many at once are given up, not waited for', () => {
    const names = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}`, i + 1]));
    const steps = Object.keys(names).map((name) => call(move(name, 'n'), 0, 10));
    expect(linearize(steps, start(names))).toBeUndefined();
  });
});
