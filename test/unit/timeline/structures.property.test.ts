import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, items, type Seq, type Tree } from '../../../src/timeline/balanced.js';
import {
  collapseExtents,
  type Extents,
  extentDifferences,
  extentsBetween,
  extentsFrom,
  insertHole,
  iterateExtents,
  pasteExtents,
  resizeExtents,
  sliceExtents,
  wholeExtents,
  writeExtents,
} from '../../../src/timeline/extents.js';
import { IntMap, Owner } from '../../../src/timeline/int-map.js';
import {
  compareNames,
  nameDifferences,
  nameIn,
  NameEntry,
  type NameTree,
  withName,
  withNames,
} from '../../../src/timeline/name-tree.js';

const key = fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(2 ** 30 - 1));

test('an integer map is a map, and what was frozen stays as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.tuple(key, fc.nat()), { maxLength: 40 }), { maxLength: 8 }), (edits) => {
      let map: IntMap<{ value: number }> = IntMap.empty;
      const frozen: { map: typeof map; expected: Map<number, number> }[] = [];
      const expected = new Map<number, number>();
      for (const edit of edits) {
        const owner = new Owner();
        for (const [at, value] of edit) {
          map = map.set(at, { value }, owner);
          expected.set(at, value);
        }
        frozen.push({ map, expected: new Map(expected) });
      }
      for (const { map: one, expected: all } of frozen) {
        const sorted = [...all].sort(([a], [b]) => a - b);
        expect([...one.entries()].map(([at, { value }]) => [at, value])).toEqual(sorted);
        expect(one.size).toBe(all.size);
        for (const [at, value] of all) expect(one.get(at)?.value).toBe(value);
      }
      const [a, b] = [frozen[0], frozen.at(-1)];
      if (a === undefined || b === undefined) return;
      const differing = [...IntMap.differences(a.map, b.map)].map(([at]) => at);
      const wanted = [...b.expected.keys()].filter((at) => a.map.get(at) !== b.map.get(at)).sort((x, y) => x - y);
      expect(differing).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
});

test('a map without an owner leaves the map it was made from alone', () => {
  const one = IntMap.empty.set(7, 'a' as never, null) as IntMap<string>;
  const two = one.set(7, 'b', null).set(100_000, 'c', null);
  expect([one.get(7), two.get(7), two.get(100_000), one.get(100_000)]).toEqual(['a', 'b', 'c', undefined]);
});

function isBalanced<T extends { length: number }>(tree: Seq<T>): boolean {
  if (tree === null) return true;
  const [left, right] = [countOf(tree.left) + 1, countOf(tree.right) + 1];
  return left <= 3 * right && right <= 3 * left && isBalanced(tree.left) && isBalanced(tree.right);
}

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.constantFrom('é', '\udcff', '\uffee', '😀', 'a\udc80', 'z'),
);

test('names stand in the order of their bytes, and differences name exactly what differs', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.nat(5)), { maxLength: 60 }), fc.nat(60), (sets, cut) => {
      let tree: NameTree = null;
      let early: NameTree = null;
      const expected = new Map<string, number>();
      let before = new Map<string, number>();
      sets.forEach(([at, file], index) => {
        if (index === cut) [early, before] = [tree, new Map(expected)];
        tree = withName(tree, at, file);
        expected.set(at, file);
      });
      if (cut >= sets.length) [early, before] = [tree, new Map(expected)];
      expect(isBalanced(tree)).toBe(true);
      const listed = [...items(tree as NameTree)].map((entry) => entry.name);
      expect(listed).toEqual([...expected.keys()].sort(compareNames));
      for (const [at, file] of expected) expect(nameIn(tree, at)).toBe(file);
      const differing = [...nameDifferences(early, tree)];
      const wanted = [...expected].filter(([at, file]) => before.get(at) !== file);
      expect(differing).toEqual(
        wanted.sort(([a], [b]) => compareNames(a, b)).map(([at, file]) => [at, before.get(at), file]),
      );
      const changes = differing.map(([at, , file]) => new NameEntry(at, file as number));
      expect([...items(withNames(early, changes))]).toEqual([...items(tree as NameTree)]);
      expect([...items(withNames(early, changes.reverse()))]).toEqual([...items(tree as NameTree)]);
    }),
    { numRuns: 300 },
  );
});

/** A file as its bytes' origins: one text for each byte. */
type Origins = string[];
const origins = (extents: Extents): Origins =>
  [...iterateExtents(extents)].flatMap(({ length, stream, off }) =>
    Array.from({ length }, (_, at) => (stream < 2 ? `${stream}` : `${stream}@${off + at}`)),
  );
const holes = (count: number): Origins => new Array<string>(Math.max(0, count)).fill('0');

const edit = fc.record({
  op: fc.constantFrom('write', 'write', 'write', 'append', 'resize', 'collapse', 'insert', 'copy', 'lose'),
  at: fc.nat(80),
  length: fc.nat(30),
  from: fc.nat(60),
});

test('extents are what a list of bytes would be, merged where they continue, in a balanced tree', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 60 }), fc.nat(60), (edits, cut) => {
      let extents: Extents = null;
      let early: Extents = null;
      let bytes: Origins = [];
      let off = 0;
      edits.forEach(({ op, at, length, from }, index) => {
        if (index === cut) early = extents;
        const written = Array.from({ length }, (_, i) => `9@${off + i}`);
        if (op === 'write' || op === 'append') {
          const start = op === 'append' ? bytes.length : at;
          extents = writeExtents(extents, start, length, 9, off);
          if (length > 0) bytes = [...bytes, ...holes(start - bytes.length)];
          bytes.splice(start, length, ...written);
          off += length;
        } else if (op === 'resize') {
          extents = resizeExtents(extents, at);
          bytes = [...bytes.slice(0, at), ...holes(at - bytes.length)];
        } else if (op === 'collapse') {
          extents = collapseExtents(extents, at, length);
          bytes.splice(at, length);
        } else if (op === 'insert' && at <= bytes.length) {
          extents = insertHole(extents, at, length);
          bytes.splice(at, 0, ...holes(length));
        } else if (op === 'copy') {
          const copied = bytes.slice(from, from + length);
          extents = pasteExtents(extents, at, sliceExtents(extents, from, length));
          if (copied.length > 0) bytes = [...bytes, ...holes(at - bytes.length)];
          bytes.splice(at, copied.length, ...copied);
        } else if (op === 'lose' && at + length <= bytes.length) {
          extents = pasteExtents(extents, at, wholeExtents(length, 1));
          bytes.splice(at, length, ...new Array<string>(length).fill('1'));
        }
      });
      if (cut >= edits.length) early = extents;
      expect(origins(extents)).toEqual(bytes);
      expect(isBalanced(extents as Seq<Tree<never>['item']>)).toBe(true);
      const pieces = [...iterateExtents(extents)];
      expect([...iterateExtents(extentsFrom(pieces))]).toEqual(pieces);
      for (const { at, length } of pieces) expect(length > 0 && at >= 0).toBe(true);
      const between = [...extentsBetween(extents, 10, 25)];
      expect(between.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.slice(10, 35).length);
      // Putting the differences over the earlier content makes the later one.
      let patched = resizeExtents(early, bytes.length);
      for (const { at, length, stream, off: start } of extentDifferences(early, extents)) {
        patched = pasteExtents(patched, at, wholeExtents(length, stream, start));
      }
      expect(origins(patched)).toEqual(bytes);
    }),
    { numRuns: 300 },
  );
});

test('a million appends are one extent', () => {
  let extents: Extents = null;
  for (let at = 0; at < 1_000_000; at++) extents = writeExtents(extents, at * 64, 64, 9, at * 64);
  expect([...iterateExtents(extents)]).toEqual([{ at: 0, length: 64_000_000, stream: 9, off: 0 }]);
});

test('two versions of a file of many extents are compared by what they do not share', () => {
  let extents: Extents = null;
  for (let at = 0; at < 100_000; at++) extents = writeExtents(extents, at * 8, 8, 9, ((at * 7919) % 100_000) * 16);
  const before = extents;
  extents = writeExtents(extents, 400_004, 8, 9, 5_000_000);
  const start = process.hrtime.bigint();
  const differing = [...extentDifferences(before, extents)];
  expect(differing.length).toBeLessThan(40);
  expect(differing).toContainEqual({ at: 400_004, length: 8, stream: 9, off: 5_000_000 });
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(100);
});
