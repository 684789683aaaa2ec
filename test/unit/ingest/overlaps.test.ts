import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/ingest/names/model.js';
import type { Look, Operation } from '../../../src/ingest/operation.js';
import { Overlaps } from '../../../src/ingest/order/overlaps.js';
import { at, operation } from '../../support/operations.js';

const LOOK: Look = { beganNs: 0, endedNs: 0, which: 'second', found: null };
/** Paths mean themselves. */
const MODEL = { place: (_: string, path: string) => ({ path: `/${path}` }) } as unknown as Model;

interface Times {
  from?: number;
  until?: number;
  looks?: boolean;
}

const times = ({ from = 0, until = 10, looks = false }: Times) => ({
  enterNs: from,
  exitNs: until,
  looks: looks ? [LOOK] : [],
});
const rename = (from: string, to: string, when: Times = {}): Operation =>
  operation('rename', { first: at(from), second: at(to), keeps: false, leavesWhiteout: false, ...times(when) });
const remove = (path: string, when: Times = {}): Operation =>
  operation('remove', { first: at(path), isDirectory: false, ...times(when) });

/** Numbers of those that belong to the first. */
function around(ops: readonly Operation[]): number[] {
  const [first, ...queue] = ops as [Operation, ...Operation[]];
  const looking = ops.filter(({ looks }) => looks.length > 0);
  return new Overlaps(MODEL)
    .around(first, looking, queue)
    .map(({ op }) => ops.indexOf(op))
    .sort((a, b) => a - b);
}

describe('operations on one name that overlap', () => {
  it('belong together when the last one has looked', () => {
    expect(around([rename('a', 'n'), rename('b', 'n', { until: 12, looks: true })])).toEqual([0, 1]);
    expect(around([rename('a', 'n'), rename('b', 'n', { until: 12 })])).toEqual([]);
  });

  it('do not when they are about other names, or did not overlap', () => {
    expect(around([rename('a', 'n'), rename('b', 'm', { until: 12, looks: true })])).toEqual([]);
    expect(around([rename('a', 'n'), rename('b', 'n', { from: 11, until: 12, looks: true })])).toEqual([]);
  });

  it('bring in those that overlap only one of them, on either of its names', () => {
    const chain = [
      rename('a', 'n'),
      rename('n', 'm', { from: 5, until: 20, looks: true }),
      remove('m', { from: 15, until: 30, looks: true }),
    ];
    expect(around(chain)).toEqual([0, 1, 2]);
  });

  it('are left out as a whole beside what changes a directory above them', () => {
    const above = rename('d', 'e', { from: 1, until: 11 });
    expect(around([rename('a', 'd/n'), rename('b', 'd/n', { until: 12, looks: true }), above])).toEqual([]);
  });

  it('are left out as a whole beside what may have changed any name', () => {
    const mount = operation('mount', { how: 'new', ...times({ until: 11 }) });
    expect(around([rename('a', 'n'), rename('b', 'n', { until: 12, looks: true }), mount])).toEqual([]);
    const lost = operation('unknown', { cause: 'x', about: 'everything', mayMoveNames: true, ...times({ until: 11 }) });
    expect(around([rename('a', 'n'), rename('b', 'n', { until: 12, looks: true }), lost])).toEqual([]);
  });

  it('are left out when they are more than twelve', () => {
    const of = (count: number) =>
      Array.from({ length: count }, (_, i) => rename(`a${i}`, 'n', { until: 10 + i, looks: i === count - 1 }));
    expect(around(of(12))).toHaveLength(12);
    expect(around(of(13))).toEqual([]);
  });
});
