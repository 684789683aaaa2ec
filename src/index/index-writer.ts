/**
 * Writes the index of one recording. Nothing here waits: what is ready goes to the store in the background, in
 * order, and `ready()` is where a writer that is faster than the disk waits. A failed write surfaces at the next call.
 */
import { invariant } from '../errors.js';
import type { DkEvent, ProcessInfo } from '../events/event.js';
import { encodeEventBlock, heavyBytes, isFullBlock } from './event-block.js';
import { HistoryWriter } from './history-writer.js';
import { INDEX_VERSION, INDEX_VERSION_WITHOUT_ZEROS, Section, key, metaKey, versionValue } from './keys.js';
import type { KvPut, KvWriter } from './kv.js';
import { encodePiece, encodeProcess } from './records.js';
import type { IndexWriter, StreamPiece } from './types.js';

const BATCH_BYTES = 1 << 20;
/** Above this, `ready()` waits for the store. */
const MOST_BYTES_IN_FLIGHT = 8 << 20;

export class KvIndexWriter implements IndexWriter {
  readonly #kv: KvWriter;
  /** Events of the unfinished block. */
  #events: DkEvent[] = [];
  #heavyBytes = 0;
  readonly #history: HistoryWriter;
  #lastSeq = 0;
  #puts: KvPut[] = [];
  #putBytes = 0;
  #bytesInFlight = 0;
  #written: Promise<void> = Promise.resolve();
  #failure: unknown;
  #hasZeros = false;

  constructor(kv: KvWriter) {
    this.#kv = kv;
    this.#history = new HistoryWriter((at, value) => this.#put(at, value));
    this.#put(metaKey('version'), versionValue(INDEX_VERSION_WITHOUT_ZEROS));
  }

  append(event: DkEvent): void {
    invariant(this.#lastSeq === 0 || event.seq === this.#lastSeq + 1, `event ${event.seq} follows ${this.#lastSeq}`);
    this.#lastSeq = event.seq;
    this.#events.push(event);
    this.#history.append(event);
    this.#heavyBytes += heavyBytes(event);
    if (!isFullBlock(this.#events.length, this.#heavyBytes)) return;
    this.#putBlock();
    this.#heavyBytes = 0;
    this.#events = [];
  }

  putPiece(stream: number, piece: StreamPiece): void {
    if (piece.sha256 === null && !this.#hasZeros) {
      this.#hasZeros = true;
      this.#put(metaKey('version'), versionValue(INDEX_VERSION));
    }
    this.#put(key(Section.streams, stream, piece.off), encodePiece(piece));
  }

  putKeyframe(seq: number, bytes: Uint8Array): void {
    this.#put(key(Section.keyframes, seq), Buffer.from(bytes));
  }

  putProcess(info: ProcessInfo): void {
    this.#put(key(Section.processes, info.proc), encodeProcess(info));
  }

  putMeta(name: string, bytes: Uint8Array): void {
    invariant(name !== 'version' && name !== '', `index meta may not be named '${name}'`);
    this.#put(metaKey(name), Buffer.from(bytes));
  }

  async ready(): Promise<void> {
    if (this.#bytesInFlight > MOST_BYTES_IN_FLIGHT) await this.#written;
    this.#check();
  }

  async flush(): Promise<void> {
    if (this.#events.length > 0) this.#putBlock();
    this.#history.flush();
    this.#send();
    await this.#written;
    this.#check();
  }

  /** Flushes; the store below is closed by whoever opened it. */
  async close(): Promise<void> {
    await this.flush();
  }

  /** The block so far, under the key of its first event: a fuller one replaces it. */
  #putBlock(): void {
    const first = (this.#events[0] as DkEvent).seq;
    this.#put(key(Section.events, first), encodeEventBlock(this.#events));
  }

  #put(at: Buffer, value: Buffer): void {
    this.#check();
    this.#puts.push({ key: at, value });
    this.#putBytes += at.length + value.length;
    if (this.#putBytes >= BATCH_BYTES) this.#send();
  }

  #send(): void {
    if (this.#puts.length === 0) return;
    const puts = this.#puts;
    const bytes = this.#putBytes;
    this.#puts = [];
    this.#putBytes = 0;
    this.#bytesInFlight += bytes;
    this.#written = this.#written
      .then(() => (this.#failure === undefined ? this.#kv.batch(puts) : undefined))
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#bytesInFlight -= bytes;
      });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
