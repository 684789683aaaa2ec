/** A sorted map of byte strings: what the index reader needs, and all that LevelDB and a table file have in common. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface KvReader {
  /** Path of what is read, for messages. */
  readonly name: string;
  /** True when nobody can be writing to it any more. */
  readonly sealed: boolean;
  get(key: Buffer): Buffer | undefined;
  /** The last entry with from <= key <= to. */
  floor(from: Buffer, to: Buffer): Promise<Entry | undefined>;
  /** Entries with from <= key < to, ascending. */
  range(from: Buffer, to: Buffer): AsyncIterable<Entry>;
  close(): Promise<void>;
}

export type KvPut = { readonly key: Buffer; readonly value: Buffer };

export interface KvWriter {
  /** Writes all or nothing. */
  batch(puts: readonly KvPut[]): Promise<void>;
}
