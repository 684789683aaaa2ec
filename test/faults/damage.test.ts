/**
 * Files of a store that were cut or have a flipped bit: what is shown is what was recorded, or dk says which file is
 * damaged and where. Nothing is ever something else.
 */
import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { openStore, type Store } from '../../src/catalog/store.js';
import { DkError } from '../../src/errors.js';
import { openStoredRecording } from '../../src/storage/open-stored.js';
import { recoverRecording } from '../../src/ingest/recover.js';
import type { Recording } from '../../src/timeline/types.js';
import { kernelTest } from '../support/kernel.js';
import { whyNoKernelTests } from '../support/machine.js';
import { allEvents, Bench } from '../support/record.js';
import { inJournal, recorderOf, start } from '../support/running.js';
import { tempFolders } from '../support/temp-folder.js';
import { randomFrom } from './operations.js';

const temp = tempFolders();
const FLIPS = 60;
const CUTS = 12;

/** What a store says, part by part: text, or why it cannot be said. */
type Said = Map<string, string | DkError>;

/** One recording that was sealed, and one whose recorder was killed. */
const stores: Record<'sealed' | 'interrupted', { at: Bench; said: Said }> = {} as never;

/** Writes to a few files, of which two were there before; then waits for a line. */
const SCRIPT =
  'head -c 300000 /dev/urandom > random; i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i" >> log; done; ' +
  'echo new > old; rm gone; mkdir d; mv log d/log; echo z > z; echo ready; read line';

async function recorded(kill: boolean): Promise<Bench> {
  const at = new Bench(temp());
  for (const name of ['old', 'gone']) writeFileSync(join(at.work, name), `${name}\n`.repeat(1000));
  const command = start(at, ['sh', '-c', SCRIPT]);
  await command.said('ready\n');
  await inJournal(at, 'z');
  if (kill) process.kill(recorderOf(command.process.pid as number), 'SIGKILL');
  command.process.stdin?.write('\n');
  expect(await command.ended).toBe(0);
  return at;
}

describe('a damaged store', () => {
  beforeAll(async () => {
    if (whyNoKernelTests() !== undefined) return;
    for (const name of ['sealed', 'interrupted'] as const) {
      const at = await recorded(name === 'interrupted');
      stores[name] = { at, said: await readAll(copyOf(at)) };
    }
  });

  kernelTest('(undamaged, it says everything)', () => {
    for (const { said } of Object.values(stores)) {
      expect([...said.values()].filter((value) => value instanceof DkError)).toEqual([]);
      expect([...said.keys()]).toEqual(
        expect.arrayContaining(['events', 'processes', 'content d/log', 'base content gone']),
      );
    }
  });

  const FILES: [what: string, find: (home: string) => string][] = [
    ['the pack', (home) => onlyFile(join(home, 'packs'))],
    ['base.bin', (home) => join(onlyFile(join(home, 'recordings')), 'base.bin')],
    ['index.tbl', (home) => join(onlyFile(join(home, 'recordings')), 'index.tbl')],
    ['catalog.db', (home) => join(home, 'catalog.db')],
  ];
  for (const [what, find] of FILES) {
    for (const [how, damage, count] of [
      ['with a flipped bit', flipBit, FLIPS],
      ['cut off', cut, CUTS],
    ] as const) {
      kernelTest(`${what} ${how}, ${count} times: what is shown is right, and the rest is named`, async () => {
        const wrong: string[] = [];
        let refused = 0;
        for (let seed = 1; seed <= count; seed++) {
          const home = copyOf(stores.sealed.at);
          const file = find(home);
          const offset = damage(file, seed);
          for (const [part, value] of await readAll(home)) {
            const right = stores.sealed.said.get(part);
            if (value instanceof DkError) refused += 1;
            const fault =
              value instanceof DkError ? faultOfError(value, file) : value === right ? undefined : 'is wrong';
            if (fault !== undefined) wrong.push(`seed ${seed}, offset ${offset}, ${part}: ${fault}`);
          }
        }
        expect(wrong).toEqual([]);
        // The catalogue is rebuilt; nothing stands in for the others.
        if (what !== 'catalog.db') expect(refused).toBeGreaterThan(count / 2);
      });
    }
  }

  kernelTest(
    `the journal with a flipped bit, ${FLIPS} times: it opens up to there, and says where that is`,
    async () => {
      const whole = eventsOf(stores.interrupted.said);
      for (let seed = 1; seed <= FLIPS; seed++) {
        const home = copyOf(stores.interrupted.at);
        const journal = join(onlyFile(join(home, 'recordings')), 'journal', '000001.journal');
        const offset = flipBit(journal, seed);
        const said = await readAll(home);
        const events = eventsOf(said);
        const gap = events.pop() as { kind: string; cause: string };
        expect({ seed, offset, events }).toEqual({ seed, offset, events: whole.slice(0, events.length) });
        expect(events.length).toBeLessThan(whole.length);
        expect({ seed, kind: gap.kind }).toEqual({ seed, kind: 'gap' });
        const at = Number(/ is damaged at offset (\d+)$/.exec(gap.cause)?.[1]);
        expect(gap.cause).toContain(journal);
        expect(at).toBeLessThanOrEqual(offset);
        expect(said.get('notices')).toBe(JSON.stringify([`Events may be missing at the end: ${gap.cause}.`]));
        // What is damaged is kept.
        expect(readdirSync(join(journal, '..'))).toContain(basename(journal));
      }
    },
  );

  kernelTest(`the journal cut off, ${CUTS} times: it opens up to there`, async () => {
    const whole = eventsOf(stores.interrupted.said);
    for (let seed = 1; seed <= CUTS; seed++) {
      const home = copyOf(stores.interrupted.at);
      cut(join(onlyFile(join(home, 'recordings')), 'journal', '000001.journal'), seed);
      const said = await readAll(home);
      const events = eventsOf(said);
      expect({ seed, events }).toEqual({ seed, events: whole.slice(0, events.length) });
      expect(said.get('notices')).toBe('[]');
    }
  });

  kernelTest(
    `base.bin of an interrupted recording with a flipped bit, ${CUTS} times: it is not recovered`,
    async () => {
      for (let seed = 1; seed <= CUTS; seed++) {
        const home = copyOf(stores.interrupted.at);
        const file = join(onlyFile(join(home, 'recordings')), 'base.bin');
        flipBit(file, seed);
        const opened = (await readAll(home)).get('opened') as DkError;
        expect({ seed, fault: faultOfError(opened, file) }).toEqual({ seed, fault: undefined });
        expect(existsSync(join(file, '../journal/000001.journal'))).toBe(true);
      }
    },
  );

  kernelTest(
    `the pre-image log with a flipped bit, ${FLIPS} times: what is shown is right or unknown, and it is said`,
    async () => {
      const { said: right } = stores.interrupted;
      for (let seed = 1; seed <= FLIPS; seed++) {
        const home = copyOf(stores.interrupted.at);
        const log = join(onlyFile(join(home, 'recordings')), 'preimage', 'log');
        const offset = flipBit(log, seed);
        const said = await readAll(home);
        const [gap, ...events] = eventsOf(said) as { kind: string; cause: string; seq: number }[];
        expect({ seed, kind: gap?.kind }).toEqual({ seed, kind: 'gap' });
        expect(Number(/ is damaged at offset (\d+)$/.exec(gap?.cause ?? '')?.[1])).toBeLessThanOrEqual(offset);
        expect(gap?.cause).toContain(log);
        expect(events.map(({ kind }) => kind)).toEqual(
          eventsOf(right).map((event) => (event as { kind: string }).kind),
        );
        expect(said.get('notices')).toBe(JSON.stringify([`What stood there before is not all known: ${gap?.cause}.`]));
        expect(existsSync(log)).toBe(true);
        for (const [part, value] of said) {
          if (!/content/.test(part) || value === right.get(part)) continue;
          expect({ seed, part, code: (value as DkError).code }).toEqual({ seed, part, code: 'unknown-bytes' });
        }
      }
    },
  );

  kernelTest('on the command line: exit code 4, and two sentences', async () => {
    const { at } = stores.sealed;
    const home = copyOf(at);
    const zeroes = (file: string): void => writeFileSync(file, Buffer.alloc(2000), { flag: 'r+' });
    const dk = (args: string[]) => at.dk(args, { env: { DK_HOME: home } });
    zeroes(join(home, 'catalog.db'));
    const cat = await dk(['cat', 'd/log']);
    expect(cat).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^dk: The catalogue .* is damaged\. It is now .+\n$/),
    });
    expect(cat.stdout).toMatch(/^line 1\n(line \d+\n){298}line 300\n$/);
    const run = await dk(['run', '--no-tui', '--', 'true']);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/^dk: recorded .+\n$/) });
    expect((await dk(['rm', '@'])).code).toBe(0);
    for (const file of [onlyFile(join(home, 'packs')), join(onlyFile(join(home, 'recordings')), 'index.tbl')]) {
      zeroes(file);
      const { code, stdout, stderr } = await dk(['cat', 'd/log']);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toMatch(/^dk: .+\.\n.+\.\n$/);
      expect(stderr).toContain(basename(file));
    }
  });
});

/** Damage is damage, wherever it shows, and names the file; a version that no dk writes may be one. */
function faultOfError(error: DkError, file: string): string | undefined {
  if (error.code !== 'damaged' && error.code !== 'unsupported') return `${error.code}: ${error.message}`;
  // An object of a damaged pack or catalogue may be missed by its hash.
  const isNamed = error.message.includes(basename(file)) || /object|Blob/.test(error.message);
  return isNamed ? undefined : `does not name the file: ${error.message}`;
}

function copyOf({ home }: Bench): string {
  const copy = join(temp(), 'home');
  cpSync(home, copy, { recursive: true });
  return copy;
}

function onlyFile(folder: string): string {
  const [name = 'nothing', ...more] = readdirSync(folder).sort();
  if (more.length > 0) throw new Error(`${folder} has more than one file`);
  return join(folder, name);
}

/** Returns the offset of the byte. */
function flipBit(file: string, seed: number): number {
  const random = randomFrom(seed);
  const bytes = readFileSync(file);
  const offset = Math.floor(random() * bytes.length);
  bytes[offset] = (bytes[offset] as number) ^ (1 << Math.floor(random() * 8));
  writeFileSync(file, bytes);
  return offset;
}

/** Returns the new length. */
function cut(file: string, seed: number): number {
  const length = Math.floor(randomFrom(seed)() * readFileSync(file).length);
  truncateSync(file, length);
  return length;
}

async function readAll(home: string): Promise<Said> {
  const said: Said = new Map();
  const store = openStore(home);
  try {
    await say(said, 'opened', async () => {
      const recording = await open(store);
      try {
        await sayRecording(said, recording);
      } finally {
        await recording.close();
      }
      return 'yes';
    });
  } finally {
    store.close();
  }
  return said;
}

async function open(store: Store): Promise<Recording> {
  const [info] = store.list();
  if (info === undefined) throw new Error('the recording is not listed');
  const readable = store.isAbandoned(info.id) ? (await recoverRecording(store, info)).info : info;
  return openStoredRecording(store, readable);
}

async function sayRecording(said: Said, recording: Recording): Promise<void> {
  const { cwd, notices } = recording.info;
  said.set('notices', JSON.stringify(notices));
  await say(said, 'events', async () => JSON.stringify(await allEvents(recording)));
  await say(said, 'processes', async () => JSON.stringify(await recording.processes()));
  for (const [what, seq] of [
    ['base content', 0],
    ['content', recording.length],
  ] as const) {
    for (const name of ['random', 'd/log', 'old', 'gone', 'z']) {
      await say(said, `${what} ${name}`, async () => {
        const state = await recording.state(seq);
        const node = state.lookup(join(cwd, name));
        return node === undefined ? 'nothing' : (await recording.content(state, node.file).all()).toString('base64');
      });
    }
  }
}

async function say(said: Said, part: string, what: () => Promise<string>): Promise<void> {
  try {
    said.set(part, await what());
  } catch (error) {
    // Anything else is a crash, and ends the test.
    if (!(error instanceof DkError)) throw error;
    said.set(part, error);
  }
}

function eventsOf(said: Said): unknown[] {
  const events = said.get('events');
  if (typeof events !== 'string') throw events ?? said.get('opened');
  return JSON.parse(events) as unknown[];
}
