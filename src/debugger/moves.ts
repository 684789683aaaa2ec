import { changesFilesystem } from '../events/kinds.js';
import type { DkEvent } from '../events/event.js';
import type { Recording } from '../timeline/types.js';
import { indexFrom } from './ascending.js';
import type { PathFilter } from './path-filter.js';

export type Move = { kind: 'change' | 'event' | 'file'; count: number } | { kind: 'seek'; seq: number };

interface Target {
  playhead: number;
  file: number;
  filter: PathFilter | null;
}

/** Carries out moves of the playhead one after another; equal ones that wait are added up, a seek makes the rest moot. */
export class Moves {
  #recording: Recording;
  #target: () => Target;
  #historyOf: (file: number) => Promise<readonly number[]>;
  #arrive: (seq: number) => Promise<void>;
  #say: (text: string) => void;
  #queue: Move[] = [];
  #running: Promise<void> | undefined;

  constructor(on: {
    recording: Recording;
    historyOf: (file: number) => Promise<readonly number[]>;
    target: () => Target;
    arrive: (seq: number) => Promise<void>;
    say: (text: string) => void;
  }) {
    this.#recording = on.recording;
    this.#historyOf = on.historyOf;
    this.#target = on.target;
    this.#arrive = on.arrive;
    this.#say = on.say;
  }

  async add(move: Move): Promise<void> {
    const last = this.#queue.at(-1);
    if (move.kind === 'seek') this.#queue = [move];
    else if (last !== undefined && last.kind === move.kind) last.count += move.count;
    else this.#queue.push({ ...move });
    this.#running ??= this.#run();
    await this.#running;
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    try {
      for (let move = this.#queue.shift(); move !== undefined; move = this.#queue.shift()) {
        const { playhead } = this.#target();
        const seq = move.kind === 'seek' ? move.seq : await this.#destination(move.kind, move.count);
        if (seq !== playhead || move.kind === 'seek') await this.#arrive(seq);
      }
    } catch (error) {
      this.#queue = [];
      this.#say(error instanceof Error ? error.message : String(error));
    } finally {
      this.#running = undefined;
    }
  }

  async #destination(kind: 'change' | 'event' | 'file', count: number): Promise<number> {
    const target = this.#target();
    if (kind === 'event' && target.filter === null) {
      return Math.max(0, Math.min(this.#recording.length, target.playhead + count));
    }
    if (kind === 'file') return this.#alongFile(target, count);
    let seq = target.playhead;
    for (let left = Math.abs(count); left > 0; left--) {
      const found = await this.#nextMatch(seq, count < 0, kind === 'change', target.filter);
      if (found === undefined) return this.#beyondLast(count < 0, seq, target);
      seq = found.seq;
    }
    return seq;
  }

  /** After the last change come the end, before the first the base: both are worth a look. */
  #beyondLast(backwards: boolean, reached: number, target: Target): number {
    if (target.filter === null) return backwards ? 0 : this.#recording.length;
    if (reached === target.playhead) {
      this.#say(
        `No ${backwards ? 'earlier' : 'later'} change matches ${target.filter.text}. Esc takes the filter away.`,
      );
    }
    return reached;
  }

  async #nextMatch(
    seq: number,
    backwards: boolean,
    changesOnly: boolean,
    filter: PathFilter | null,
  ): Promise<DkEvent | undefined> {
    const recording = this.#recording;
    if (filter === null) {
      return backwards ? recording.previous(seq, { changesOnly }) : recording.next(seq, { changesOnly });
    }
    if (backwards ? seq <= 1 : seq >= recording.length) return undefined;
    const range = backwards ? { to: seq - 1, reverse: true } : { from: seq + 1 };
    for await (const event of recording.events({ ...range, changesOnly })) if (filter.matches(event)) return event;
    return undefined;
  }

  async #alongFile({ playhead, file }: Target, count: number): Promise<number> {
    if (file === 0) {
      this.#say('No file is selected. Tab goes to the tree, ↑ ↓ select.');
      return playhead;
    }
    const history = await this.#historyOf(file);
    let seq = playhead;
    for (let left = Math.abs(count); left > 0; left--) {
      const next = await this.#nextInHistory(history, seq, count < 0);
      if (next === undefined) {
        if (seq === playhead) this.#say(`The selected file has no ${count < 0 ? 'earlier' : 'later'} change.`);
        return seq;
      }
      seq = next;
    }
    return seq;
  }

  /** A file's history also holds what does not change it (fsync). */
  async #nextInHistory(history: readonly number[], seq: number, backwards: boolean): Promise<number | undefined> {
    const step = backwards ? -1 : 1;
    let at = backwards ? indexFrom(history, seq) - 1 : indexFrom(history, seq + 1);
    for (let found = history[at]; found !== undefined; at += step, found = history[at]) {
      if (changesFilesystem((await this.#recording.event(found)).kind)) return found;
    }
    return undefined;
  }
}
