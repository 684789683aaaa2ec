/**
 * Where a recording's index stands in its folder:
 *   index/      LevelDB, while it is written
 *   index.tbl   the same content as a table, once sealed; from then on the only one that is read
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, requirePlainFolder } from '../cas/plain-files.js';
import { replaceFile } from '../cas/replace-file.js';
import { openFile } from '../cas/random-access.js';
import { DkError } from '../errors.js';
import { KvIndexReader } from './index-reader.js';
import { KvIndexWriter } from './index-writer.js';
import { LevelKv } from './level-kv.js';
import { TableReader } from './table-reader.js';
import { encodeTable } from './table-writer.js';
import type { IndexReader, IndexWriter } from './types.js';

export const indexTable = (folder: string): string => join(folder, 'index.tbl');
const levelFolder = (folder: string): string => join(folder, 'index');

/** An index that is being written. */
export interface LiveIndex {
  readonly writer: IndexWriter;
  /** Sees what has been flushed. Closing it closes nothing else. */
  readonly reader: IndexReader;
  /** Flushes, writes index.tbl, removes the LevelDB; afterwards only openIndex reads the recording. */
  seal(): Promise<void>;
  /** Without sealing. */
  close(): Promise<void>;
  /** Closes and removes what was written, which may have failed. */
  discard(): Promise<void>;
}

/** Starts an index in the recording's folder. What an interrupted run left of one is removed: the journal has it all. */
export async function createIndex(folder: string): Promise<LiveIndex> {
  await rm(levelFolder(folder), { recursive: true, force: true });
  makeFolder(levelFolder(folder));
  const level = await LevelKv.open(levelFolder(folder), { create: true });
  const writer = new KvIndexWriter(level);
  await writer.flush();
  const reader = new KvIndexReader(level);
  reader.close = async () => {};
  const close = async (): Promise<void> => {
    try {
      await writer.close();
    } finally {
      await level.close();
    }
  };
  return {
    writer,
    reader,
    close,
    async discard() {
      await level.close();
      await rm(levelFolder(folder), { recursive: true, force: true });
    },
    async seal() {
      await writer.flush();
      await replaceFile(indexTable(folder), encodeTable(level.range(FIRST_KEY, PAST_ALL_KEYS)));
      await level.close();
      await rm(levelFolder(folder), { recursive: true, force: true });
    },
  };
}
const FIRST_KEY = Buffer.of(0);
const PAST_ALL_KEYS = Buffer.of(0xff);

/** Opens for reading: the table when sealed, otherwise the LevelDB, which only one process at a time can do. */
export async function openIndex(folder: string): Promise<IndexReader> {
  if (existsSync(indexTable(folder))) return openIndexTable(indexTable(folder));
  if (!existsSync(levelFolder(folder))) {
    throw new DkError('damaged', `${folder} has no index.`, 'Remove the recording with dk rm, or restore its folder.');
  }
  requirePlainFolder(levelFolder(folder));
  return closingOnError(await LevelKv.open(levelFolder(folder), { create: false }));
}

export async function openIndexTable(path: string): Promise<IndexReader> {
  const table = openTable(path);
  try {
    return new KvIndexReader(table);
  } catch (error) {
    await table.close();
    throw error;
  }
}

export function openTable(path: string): TableReader {
  const file = openFile(path);
  try {
    return new TableReader(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

async function closingOnError(level: LevelKv): Promise<IndexReader> {
  try {
    return new KvIndexReader(level);
  } catch (error) {
    await level.close();
    throw error;
  }
}
