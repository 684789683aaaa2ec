/** One run of worker.c under dk, whose recorder is killed at a moment that the seed chooses, and what must hold then. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/catalog/store.js';
import { openStoredRecording } from '../../src/storage/open-stored.js';
import { recoverRecording } from '../../src/ingest/recover.js';
import { hasBaseContent } from '../../src/timeline/proof.js';
import type { NodeView } from '../../src/timeline/rec.js';
import type { Recording } from '../../src/timeline/types.js';
import { compareWithListing } from '../oracle/compare.js';
import { type Listing, listTree } from '../oracle/listing.js';
import { allEvents, Bench, compiled, run } from '../support/record.js';
import { recorderOf, type Running, start, until } from '../support/running.js';
import { BASE_FILES, operations, randomFrom } from './operations.js';

const NO_BASE = 'dk ended before it had listed the files';

export type Phase = 'starting' | 'running' | 'sealing';

const OPERATIONS = 1200;
const PAUSE_US = 2000;
const SMALL_RING = ['--buffer', '256K'];
const OUTPUT = 'started\nfinished\n..............................';
const CHANGE = /^(file|dir|path|link|symlink|meta)\./;
/** What the launcher says then; before that, dk may have said what it had to say itself. */
const SAID =
  /^(dk: (the command held back|recorded) .*\n)*dk: the recorder was ended by signal 9(; the command (runs on|had ended)\. Its recording is marked interrupted| before the command was started\.\nRun it again)\.\n$/;

export interface Point {
  seed: number;
  phase: Phase;
  /** The launcher was killed as well. */
  all: boolean;
  at: Bench;
  /** False: it was done before its time had come. */
  killed: boolean;
  code: number | null;
  command: Running;
}

export class KillPoints {
  /** The trees that worker.c makes, by number of operations. */
  private readonly trees = new Map<number, Listing>();
  /** How long each phase takes without a kill, in ms. */
  private spans: Record<Phase, number> = { starting: 0, running: 0, sealing: 0 };

  /** One line for each point, to be counted. */
  readonly outcomes: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly worker: string,
    private readonly script: string,
  ) {}

  static async in(folder: string): Promise<KillPoints> {
    const script = join(folder, 'operations');
    writeFileSync(script, `${operations(1, OPERATIONS).join('\n')}\n`);
    return new KillPoints(folder, await compiled('test/faults/worker.c'), script);
  }

  /** Measures how long a run takes, and shows that each operation is one event. Returns what is wrong. */
  async measure(): Promise<string[]> {
    const began = performance.now();
    const point: Point = { seed: 0, phase: 'sealing', all: false, killed: false, code: null, ...this.begin(0, []) };
    await point.command.said('started');
    const started = performance.now();
    await point.command.said('finished');
    const finished = performance.now();
    point.code = await point.command.ended;
    this.spans = { starting: started - began, running: finished - started, sealing: performance.now() - finished };
    const wrong = await this.faultsOf(point);
    const changes = await withRecording(point.at, async (recording) => changesIn(await allEvents(recording)));
    if (changes?.length !== OPERATIONS) wrong.push(`${OPERATIONS} operations are ${changes?.length} changes`);
    if (!/ · 0 gaps · verified · /.test(point.command.stderr())) wrong.push(point.command.stderr());
    return wrong;
  }

  async kill(seed: number): Promise<Point> {
    const random = randomFrom(seed);
    const phase: Phase = seed % 20 === 0 ? 'starting' : seed % 20 < 8 ? 'sealing' : 'running';
    const { at, command } = this.begin(seed, seed % 3 === 0 ? SMALL_RING : []);
    const launcher = command.process.pid as number;
    if (phase !== 'starting') await command.said(phase === 'running' ? 'started' : 'finished');
    const delayMs = random() * this.spans[phase];
    let isOver = false;
    void command.ended.then(() => (isOver = true));
    const moment = performance.now() + delayMs;
    await until(() => isOver || performance.now() >= moment);
    const all = phase === 'running' && seed % 10 === 9;
    const killed = await killRecorder(launcher, all, () => isOver);
    return { seed, phase, all, at, command, killed, code: await command.ended };
  }

  /** Everything that is not as it must be. */
  async faultsOf({ phase, all, at, killed, code, command }: Point): Promise<string[]> {
    const wrong: string[] = [];
    const check = (what: string, isRight: boolean, found: unknown): void => {
      if (!isRight) wrong.push(`${what}: ${JSON.stringify(found)}`);
    };
    const neverRan = phase === 'starting' && command.stdout() === '';
    const noLauncher = killed && all;
    check('exit code', code === (noLauncher ? null : neverRan ? 125 : 3), code);
    check('output', neverRan || command.stdout() === OUTPUT, command.stdout());
    if (killed) check('messages', noLauncher ? command.stderr() === '' : SAID.test(command.stderr()), command.stderr());
    const tree = listTree(at.work);
    const expected = await this.treeAfter(neverRan ? 0 : OPERATIONS);
    check('tree', JSON.stringify(comparable(tree)) === JSON.stringify(comparable(expected)), 'differs');
    const state = await withRecording(at, async (recording) => {
      for (const what of await this.wrongStates(recording, at)) wrong.push(what);
      return recording.info.state;
    });
    // Killed while it starts there may be no recording yet, and in its last moments a sealed one.
    const states = killed ? ['interrupted', neverRan ? undefined : 'sealed'] : ['sealed'];
    check('state', states.includes(state), state);
    this.outcomes.push(
      `${phase}: ${killed ? (all ? 'all killed' : 'killed') : 'too late'}, ${neverRan ? 'not run' : state}`,
    );
    return wrong;
  }

  /** Compares states with what the worker makes: at the base, at the end, and in between. */
  private async wrongStates(recording: Recording, at: Bench): Promise<string[]> {
    const events = await allEvents(recording);
    const gaps = events.filter(({ kind }) => kind === 'gap');
    // Killed before the files were listed: that is all there is to say.
    if (events.length === 1 && gaps[0]?.kind === 'gap' && gaps[0].cause === NO_BASE) return [];
    if (gaps.length > 0) return [`there are ${gaps.length} gaps`];
    const end = await recording.state(recording.length);
    const wrong: string[] = [];
    for (const part of [0, 0.7, 1]) {
      const seq = Math.floor(recording.length * part);
      const state = await recording.state(seq);
      const tree = await this.treeAfter(changesIn(events.slice(0, seq)).length);
      for (const { path, what, file } of await compareWithListing(recording, state, at.work, tree)) {
        // Bytes that the command destroyed after the last event that arrived may be unknown, and are then shown so.
        const node = end.node(file);
        const mayBeUnknown = node !== undefined && hasBaseContent(node as NodeView);
        if (!(mayBeUnknown && what.includes('unknown from'))) wrong.push(`state ${seq}: ${path} ${what}`);
      }
    }
    return wrong;
  }

  private begin(seed: number, options: readonly string[]): { at: Bench; command: Running } {
    const at = new Bench(join(this.folder, `seed-${seed}`));
    makeBase(at.work);
    return { at, command: start(at, [this.worker, this.script, String(OPERATIONS), String(PAUSE_US)], options) };
  }

  private async treeAfter(count: number): Promise<Listing> {
    const known = this.trees.get(count);
    if (known !== undefined) return known;
    const folder = join(this.folder, 'tree');
    mkdirSync(folder);
    makeBase(folder);
    const done = await run([this.worker, this.script, String(count)], { cwd: folder });
    if (done.code !== 0) throw new Error(`the worker failed: ${done.stderr}`);
    const listing = listTree(folder);
    rmSync(folder, { recursive: true });
    this.trees.set(count, listing);
    return listing;
  }
}

function makeBase(folder: string): void {
  for (const { name, sizeBytes } of BASE_FILES) writeFileSync(join(folder, name), Buffer.alloc(sizeBytes, name));
}

/** What is the same for two trees that were made the same way. */
function comparable({ entries }: Listing): unknown[] {
  const rows = entries.map(({ inode, ...rest }) => ({ ...rest, sizeBytes: rest.type === 'dir' ? 0 : rest.sizeBytes }));
  return rows.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function changesIn(events: readonly { kind: string }[]): unknown[] {
  return events.filter(({ kind }) => CHANGE.test(kind));
}

/** Opens the only recording, recovered if need be, as dk does; undefined when there is none. */
async function withRecording<T>(at: Bench, use: (recording: Recording) => Promise<T>): Promise<T | undefined> {
  const store = openStore(at.home);
  try {
    const [info] = store.list();
    if (info === undefined) return undefined;
    const readable = store.isAbandoned(info.id) ? (await recoverRecording(store, info)).info : info;
    const recording = await openStoredRecording(store, readable);
    try {
      return await use(recording);
    } finally {
      await recording.close();
    }
  } finally {
    store.close();
  }
}

/** False when it has ended before. */
async function killRecorder(launcher: number, all: boolean, isOver: () => boolean): Promise<boolean> {
  for (;;) {
    if (isOver()) return false;
    try {
      const recorder = recorderOf(launcher);
      if (!all) return process.kill(recorder, 'SIGKILL');
      process.kill(launcher, 'SIGKILL');
      killIfThere(recorder);
      return true;
    } catch {
      // Not started yet, or gone.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** The recorder dies with the launcher, perhaps at once. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
