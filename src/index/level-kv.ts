/**
 * The only importer of classic-level. LevelDB holds the index while it is written; one process at a time can have
 * it open (any number of threads in it can). Sealed recordings are read from a table file instead.
 */
import type { ClassicLevel } from './classic-level.js';
import { DkError } from '../errors.js';
import type { Entry, KvPut, KvReader, KvWriter } from './kv.js';

/** More than LevelDB's 4 MiB, for fewer compactions; twice this can be in memory. */
const WRITE_BUFFER_BYTES = 8 << 20;
const CACHE_BYTES = 4 << 20;

type Level = ClassicLevel<Buffer, Buffer>;

export class LevelKv implements KvReader, KvWriter {
  readonly sealed = false;
  readonly #db: Level;

  private constructor(db: Level) {
    this.#db = db;
  }

  static async open(folder: string, options: { create: boolean }): Promise<LevelKv> {
    const { ClassicLevel } = await import('./classic-level.js');
    const db: Level = new ClassicLevel<Buffer, Buffer>(folder, {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
      createIfMissing: options.create,
      // Events are compressed already, hashes cannot be.
      compression: false,
      multithreading: true,
      writeBufferSize: WRITE_BUFFER_BYTES,
      cacheSize: CACHE_BYTES,
    });
    try {
      await db.open();
    } catch (cause) {
      throw openError(folder, cause);
    }
    return new LevelKv(db);
  }

  /** Removes the folder's LevelDB files, and nothing else. */
  static async destroy(folder: string): Promise<void> {
    const { ClassicLevel } = await import('./classic-level.js');
    await ClassicLevel.destroy(folder);
  }

  get name(): string {
    return this.#db.location;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#db.getSync(key);
  }

  async floor(from: Buffer, to: Buffer): Promise<Entry | undefined> {
    const iterator = this.#db.iterator({ gte: from, lte: to, reverse: true, limit: 1 });
    try {
      const entry = await iterator.next();
      return entry && { key: entry[0], value: entry[1] };
    } finally {
      await iterator.close();
    }
  }

  async *range(from: Buffer, to: Buffer): AsyncIterable<Entry> {
    for await (const [key, value] of this.#db.iterator({ gte: from, lt: to })) yield { key, value };
  }

  async batch(puts: readonly KvPut[]): Promise<void> {
    try {
      await this.#db.batch(puts.map(({ key, value }) => ({ type: 'put' as const, key, value })));
    } catch (cause) {
      throw writeError(this.name, cause);
    }
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

/** abstract-level wraps the reason: LEVEL_DATABASE_NOT_OPEN with the cause inside. */
function reasonOf(error: unknown): { code: string; text: string } {
  const { code = '', message = '', cause } = error as { code?: string; message?: string; cause?: unknown };
  return cause === undefined ? { code, text: message } : reasonOf(cause);
}

function openError(folder: string, cause: unknown): DkError {
  const { code, text } = reasonOf(cause);
  if (code === 'LEVEL_LOCKED') {
    return new DkError(
      'io',
      `The index ${folder} is in use by the process that is recording it.`,
      'Wait until the recording has ended.',
      cause,
    );
  }
  if (code === 'LEVEL_CORRUPTION') {
    return new DkError(
      'damaged',
      `The index ${folder} is damaged: ${text}.`,
      'Remove that folder; dk builds it again from the journal.',
      cause,
    );
  }
  return new DkError(
    'io',
    `The index ${folder} cannot be opened: ${text}.`,
    'Check that you may read and write it.',
    cause,
  );
}

function writeError(folder: string, cause: unknown): DkError {
  const { text } = reasonOf(cause);
  if (/no space|ENOSPC|quota/i.test(text)) {
    return new DkError(
      'store-full',
      `The store is full: ${folder} could not be written.`,
      'Free some space, for example with dk rm.',
      cause,
    );
  }
  return new DkError(
    'io',
    `The index ${folder} could not be written: ${text}.`,
    'Check the disk and its permissions.',
    cause,
  );
}
