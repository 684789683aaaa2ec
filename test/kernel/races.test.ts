import { expect } from 'vitest';
import { kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { Bench, compiled } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const ROUNDS = 60;
const RACING = new Set(['meta.mode', 'meta.owner', 'meta.times', 'meta.xattr', 'file.write', 'file.truncate']);
const NAMING = new Set(['path.rename', 'path.unlink', 'link.create']);
/** Kinds of rounds of which nothing tells the order. */
const WITHOUT_TRACE = new Set(['time', 'times', 'attribute', 'bytes']);

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
  'two calls to one thing at the same time: a gap where the order matters and nothing tells it, and only there; the end is right',
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
      const [kind] = round.split('-') as [string];
      if (hasGap !== (overlap && WITHOUT_TRACE.has(kind))) wrong.push(`${round}: gap ${hasGap}`);
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);

/** What threads do to one name at the same time (fixtures/name-races.c). */
const NAME_RACES = ['moved', 'gone', 'linked', 'aimed', 'owned', 'away', 'swapped', 'made'];

for (const kind of NAME_RACES) {
  kernelTest(
    `two threads call at the same time on one name, ${kind}: the order is looked at`,
    async () => {
      const { code, summary } = await raceForNames(kind, 2);
      expect(code).toBe(0);
      expect(summary).toContain(' · 0 gaps · verified · ');
    },
    120_000,
  );
}

kernelTest(
  'three threads rename to one name: the end is right, and known but for what two of them covered up',
  async () => {
    const { bench, code, id, summary } = await raceForNames('moved', 3);
    expect(code).toBe(0);
    expect(summary).toContain(' · verified · ');
    for (const { cause } of await bench.log(id, ['--kind', 'gap'])) {
      const call = String.raw`path\.rename \S+/moved-\d+\.\d to \S+/moved-\d+ \(name-races-c \d+\)`;
      expect(cause).toMatch(
        new RegExp(`^${call}, ${call}: two threads changed what a name stands for at the same time$`),
      );
    }
  },
  120_000,
);

async function raceForNames(kind: string, threads: number) {
  const bench = new Bench(newFolder());
  const program = await compiled('test/kernel/fixtures/name-races.c');
  return { bench, ...(await bench.record([program, kind, '150', `${threads}`])) };
}
