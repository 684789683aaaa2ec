/**
 * dk killed with SIGKILL at 200 random moments while it starts, records and seals: the command must not notice, and the
 * recording must open up to what reached the journal, with true states only. DK_KILL_SEED=N repeats one point.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { tempFolders } from '../support/temp-folder.js';
import { KillPoints, type Point } from './kill-point.js';

const POINTS = 200;
const A_TEST = 20;
const AT_ONCE = 3;
/** On a machine that is busy with other things. */
const LONGEST_MS = 400_000;

const temp = tempFolders();

describe('dk killed with SIGKILL', { retry: 0 }, () => {
  let points: KillPoints;
  beforeAll(async () => {
    points = await KillPoints.in(temp());
  });

  afterAll(() => {
    const counts = new Map<string, number>();
    for (const outcome of points.outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    console.info(
      [...counts]
        .sort()
        .map(([outcome, count]) => `${count} × ${outcome}`)
        .join('\n'),
    );
  });

  kernelTest('(not killed: every operation is an event, and the end is proven)', async () => {
    expect(await points.measure()).toEqual([]);
  });

  const chosen = process.env.DK_KILL_SEED;
  for (const seeds of chosen === undefined ? ranges(POINTS, A_TEST) : [[Number(chosen)]]) {
    kernelTest(
      `at the moments of seeds ${seeds[0]} to ${seeds.at(-1)}`,
      async () => {
        const wrong: string[] = [];
        for (const point of await all(seeds, (seed) => points.kill(seed))) {
          for (const what of await points.faultsOf(point))
            wrong.push(`DK_KILL_SEED=${point.seed} ${point.phase}: ${what}`);
          rmSync(point.at.folder, { recursive: true });
        }
        expect(wrong).toEqual([]);
      },
      LONGEST_MS,
    );
  }
});

function ranges(count: number, size: number): number[][] {
  return Array.from({ length: count / size }, (_, i) => Array.from({ length: size }, (_, k) => 1 + i * size + k));
}

/** Some at once; nothing else is done meanwhile, so that the moments are met. */
async function all(seeds: readonly number[], kill: (seed: number) => Promise<Point>): Promise<Point[]> {
  const left = [...seeds];
  const done: Point[] = [];
  const lane = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) done.push(await kill(seed));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return done;
}
