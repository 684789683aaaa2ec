import type { DkEvent } from '../events/event.js';
import type { Recording } from '../timeline/types.js';

const PAGE = 128;
const MAX_PAGES = 64;

/** Reads events in pages and keeps the pages used last, so that moving around a playhead reads almost nothing. */
export class EventPages {
  #recording: Recording;
  #pages = new Map<number, Promise<DkEvent[]>>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** Events from..to inclusive, clipped to what exists, ascending. */
  async range(from: number, to: number): Promise<DkEvent[]> {
    const first = Math.max(1, from);
    const last = Math.min(this.#recording.length, to);
    const events: DkEvent[] = [];
    for (let page = Math.floor(first / PAGE); first <= last && page <= Math.floor(last / PAGE); page++) {
      for (const event of await this.#page(page)) {
        if (event.seq >= first && event.seq <= last) events.push(event);
      }
    }
    return events;
  }

  async at(seq: number): Promise<DkEvent | undefined> {
    return (await this.range(seq, seq))[0];
  }

  #page(page: number): Promise<DkEvent[]> {
    const cached = this.#pages.get(page);
    const events = cached ?? this.#read(page);
    this.#pages.delete(page);
    this.#pages.set(page, events);
    if (this.#pages.size > MAX_PAGES) {
      const oldest = this.#pages.keys().next();
      if (!oldest.done) this.#pages.delete(oldest.value);
    }
    return events;
  }

  async #read(page: number): Promise<DkEvent[]> {
    const from = Math.max(1, page * PAGE);
    const to = Math.min(this.#recording.length, page * PAGE + PAGE - 1);
    const events: DkEvent[] = [];
    try {
      for await (const event of this.#recording.events({ from, to })) events.push(event);
    } catch (error) {
      this.#pages.delete(page);
      throw error;
    }
    return events;
  }
}
