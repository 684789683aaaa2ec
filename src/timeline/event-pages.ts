import { Lru } from '../cas/lru.js';
import { DkError } from '../errors.js';
import type { DkEvent } from '../events/event.js';
import { heavyBytes } from '../index/event-block.js';
import type { IndexReader } from '../index/types.js';

/** Events a page, as many as an index block. Page p holds the events p * PAGE + 1 … (p + 1) * PAGE. */
const PAGE = 2048;
const EVENT_BYTES = 400;
const PATH_BYTES = 100;
/** Of 24 pages of most recordings; what carries more takes the place of more. */
const BYTES_KEPT = 24 * PAGE * (EVENT_BYTES + PATH_BYTES);

/** Events by sequence number, a page at a time, so that stepping around a place does not decode it again. */
export class EventPages {
  private readonly pages = new Lru<number, DkEvent[]>(BYTES_KEPT);
  /** The newest stays, however large. */
  private newest: { page: number; events: Promise<DkEvent[]> } | undefined;

  constructor(
    private readonly index: IndexReader,
    readonly length: number,
  ) {}

  async event(seq: number): Promise<DkEvent> {
    if (!Number.isInteger(seq) || seq < 1 || seq > this.length) {
      throw new DkError(
        'not-found',
        `There is no event ${seq}: the recording has ${this.length}.`,
        'Choose a number from 1 to that, or `start` or `end`.',
      );
    }
    const page = Math.floor((seq - 1) / PAGE);
    return this.at(await this.page(page), page, seq);
  }

  /** from…to inclusive. */
  async *range(from: number, to: number, reverse = false): AsyncGenerator<DkEvent> {
    const first = Math.max(1, from);
    const last = Math.min(this.length, to);
    if (first > last) return;
    const firstPage = Math.floor((first - 1) / PAGE);
    const lastPage = Math.floor((last - 1) / PAGE);
    for (let turn = 0; turn <= lastPage - firstPage; turn++) {
      const page = reverse ? lastPage - turn : firstPage + turn;
      const events = await this.page(page);
      const low = Math.max(first, page * PAGE + 1);
      const high = Math.min(last, (page + 1) * PAGE);
      if (reverse) for (let seq = high; seq >= low; seq--) yield this.at(events, page, seq);
      else for (let seq = low; seq <= high; seq++) yield this.at(events, page, seq);
    }
  }

  /** The events from…to, a page or less at a time: for loops that must not wait at every event. */
  async *chunks(from: number, to: number): AsyncGenerator<DkEvent[]> {
    for (let seq = from; seq <= to; ) {
      const page = Math.floor((seq - 1) / PAGE);
      const end = Math.min(to, (page + 1) * PAGE);
      yield (await this.page(page)).slice(seq - 1 - page * PAGE, end - page * PAGE);
      seq = end + 1;
    }
  }

  private at(events: DkEvent[], page: number, seq: number): DkEvent {
    const event = events[seq - 1 - page * PAGE];
    if (event === undefined || event.seq !== seq) throw missingEvent(seq);
    return event;
  }

  private page(page: number): Promise<DkEvent[]> {
    if (this.newest?.page === page) return this.newest.events;
    const kept = this.pages.get(page);
    const events = kept === undefined ? this.load(page) : Promise.resolve(kept);
    this.newest = { page, events };
    return events;
  }

  /** DkError 'damaged' when one of its events is not there. */
  private async load(page: number): Promise<DkEvent[]> {
    const events: DkEvent[] = [];
    const from = page * PAGE + 1;
    const to = Math.min(this.length, from + PAGE - 1);
    let bytes = 0;
    for await (const event of this.index.events(from, to)) {
      if (event.seq !== from + events.length) break;
      bytes += EVENT_BYTES + event.path.length + heavyBytes(event);
      events.push(event);
    }
    if (events.length < to - from + 1) throw missingEvent(from + events.length);
    this.pages.set(page, events, bytes);
    return events;
  }
}

function missingEvent(seq: number): DkError {
  return new DkError(
    'damaged',
    `Event ${seq} is missing from the index.`,
    'Get the recording again from where it came from, or record once more.',
  );
}
