import { expect } from 'vitest';
import { kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const ROUNDS = 60;
const RACING = new Set(['meta.mode', 'meta.owner', 'meta.times', 'meta.xattr', 'file.write', 'file.truncate']);
const NAMING = new Set(['path.rename', 'path.unlink', 'link.create']);

interface Logged {
  kind: string;
  path: string;
  pid: number;
  tsNs: number;
  durNs: number;
}

/** The two calls of a round: those that came after its three files were made. */
function racers(events: readonly Logged[]): Logged[] {
  const made = events.findLastIndex(({ kind }) => kind === 'file.create');
  const [, ...later] = events.slice(made); // the last file's own write follows its creation
  return later.slice(1).filter(({ kind }) => RACING.has(kind) || NAMING.has(kind));
}

kernelTest(
  'two calls to one thing at the same time: a gap where the order matters, and only there; the end is right',
  async () => {
    const bench = new Bench(newFolder());
    const { id, summary } = await bench.record([
      'python3',
      `${PROJECT_DIR}/test/kernel/fixtures/races.py`,
      `${ROUNDS}`,
    ]);
    expect(summary).toContain(' · verified · ');
    const rounds = new Map<string, Logged[]>();
    for (const event of (await bench.log(id, [])) as unknown as Logged[]) {
      const [round] = /[a-z]+-\d+(?=[.\d]*$)/.exec(event.path) ?? [];
      if (round !== undefined) rounds.set(round, [...(rounds.get(round) ?? []), event]);
    }
    expect(rounds.size).toBe(11 * ROUNDS);
    const wrong: string[] = [];
    for (const [round, events] of rounds) {
      const [a, b, ...more] = racers(events);
      if (a === undefined || b === undefined) continue; // the link failed
      expect(more).toEqual([]);
      const overlap = a.tsNs >= b.tsNs - b.durNs && b.tsNs >= a.tsNs - a.durNs;
      const hasGap = events.some(({ kind }) => kind === 'gap');
      // The size of the file when the later call returned tells which of a cut and a write came first.
      if (round.startsWith('cut') ? hasGap && !overlap : hasGap !== overlap) wrong.push(`${round}: gap ${hasGap}`);
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);
