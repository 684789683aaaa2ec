import type { DkEvent } from '../events/event.js';
import { otherFileOf } from './files-of.js';
import { Section, key } from './keys.js';
import { encodeHistory } from './records.js';

/** Events a run: files that many events touch get one entry a run, however many other files lie between. */
const EVENTS_PER_RUN = 32_768;

/**
 * Collects per file the sequence numbers of the events that concern it. A run's entry of a file stands under the
 * run's first event; one that a flush wrote before the run was full is replaced by a fuller one.
 */
export class HistoryWriter {
  readonly #put: (key: Buffer, value: Buffer) => void;
  readonly #seqs = new Map<number, number[]>();
  /** Files with more in this run than was put. */
  readonly #changed = new Set<number>();
  #first = 0;

  constructor(put: (key: Buffer, value: Buffer) => void) {
    this.#put = put;
  }

  append(event: DkEvent): void {
    if (this.#first === 0) this.#first = event.seq;
    if (event.file !== 0) this.#add(event.file, event.seq);
    const other = otherFileOf(event);
    if (other !== 0 && other !== event.file) this.#add(other, event.seq);
    if (event.seq - this.#first + 1 < EVENTS_PER_RUN) return;
    this.flush();
    this.#seqs.clear();
    this.#first = 0;
  }

  flush(): void {
    for (const file of this.#changed) {
      this.#put(key(Section.history, file, this.#first), encodeHistory(this.#seqs.get(file) ?? []));
    }
    this.#changed.clear();
  }

  #add(file: number, seq: number): void {
    const seqs = this.#seqs.get(file);
    if (seqs === undefined) this.#seqs.set(file, [seq]);
    else seqs.push(seq);
    this.#changed.add(file);
  }
}
