/**
 * catalog.db, what the processes of one store share. Everything in it can be
 * built again from the packs and the manifests; the schema's version is SQLite's user_version.
 *
 *   recordings  id · state · label · started_ms · events · size_bytes · info (manifest.json's content)
 *   packs       id · name
 *   objects     sha256 · pack → packs.id · offset · raw_length · stored_length
 */
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { wrongVersion } from '../cas/format-version.js';
import { writeFailed } from '../cas/replace-file.js';
import { DkError, type ErrorCode } from '../errors.js';
import { isNotedAsDamaged, noteDamage, setAside } from './set-aside.js';
import { type Database, openSqlite, type Statement } from './sqlite.js';

export type { Database };

const BUSY_TIMEOUT_MS = 10_000;

/** Entry i brings version i to i + 1. */
const MIGRATIONS = [
  `CREATE TABLE recordings (
     id TEXT PRIMARY KEY, state TEXT NOT NULL, label TEXT, started_ms INTEGER NOT NULL,
     events INTEGER NOT NULL, size_bytes INTEGER NOT NULL, info TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE packs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
   CREATE TABLE objects (
     sha256 BLOB PRIMARY KEY, pack INTEGER NOT NULL REFERENCES packs (id), offset INTEGER NOT NULL,
     raw_length INTEGER NOT NULL, stored_length INTEGER NOT NULL
   ) WITHOUT ROWID;`,
];
export const CATALOG_VERSION = MIGRATIONS.length;

export interface OpenOptions {
  /** Called in the transaction that creates a catalogue. */
  fill(empty: Database): void;
  /** A sentence worth showing. */
  notice(text: string): void;
}

/**
 * Opens the catalogue, or creates it; one that is damaged is set aside and made anew. Where nothing can be written it
 * gives a copy that can only be read.
 */
export function openDatabase(path: string, options: OpenOptions): Database {
  try {
    return openSound(path, options);
  } catch (error) {
    const refused = databaseError(path, error);
    if (!(refused instanceof DkError) || !CAN_BE_READ.has(refused.code) || isBusy(refused)) throw refused;
    return openCopy(path) ?? openInMemory(path, options);
  }
}

/** What keeps a catalogue from being opened for writing, but not from being known. */
const CAN_BE_READ: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['io', 'store-full', 'damaged']);

function openSound(path: string, { fill, notice }: OpenOptions): Database {
  try {
    if (!isNotedAsDamaged(path)) return openWritable(path, fill);
  } catch (error) {
    if (!isDamage(path, error)) throw error;
  }
  const away = setAside(path, () => isNotedAsDamaged(path) || opensDamaged(path));
  if (away !== undefined) {
    notice(`The catalogue ${path} is damaged. It is now ${away}, and a new one is built from packs and recordings.`);
  }
  return openWritable(path, fill);
}

function opensDamaged(path: string): boolean {
  if (!existsSync(path)) return false;
  const db = openSqlite(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('user_version');
    return false;
  } catch (error) {
    return isDamage(path, error);
  } finally {
    db.close();
  }
}

function isDamage(path: string, error: unknown): boolean {
  const known = databaseError(path, error);
  return known instanceof DkError && known.code === 'damaged';
}

function isBusy({ cause }: DkError): boolean {
  return ((cause as { code?: string } | undefined)?.code ?? '').startsWith('SQLITE_BUSY');
}

function openWritable(path: string, fill: (empty: Database) => void): Database {
  // Made here and not by SQLite, for its mode; SQLite's own files beside it take it from there.
  closeSync(openSync(path, 'a', 0o600));
  const db = openSqlite(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    migrate(db, path, fill);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database, path: string, fill: (empty: Database) => void): void {
  const version = (): number => db.pragma('user_version', { simple: true }) as number;
  if (version() === CATALOG_VERSION) return;
  db.transaction(() => {
    const found = version();
    if (found > CATALOG_VERSION) throw wrongVersion(path, found, CATALOG_VERSION);
    for (const step of MIGRATIONS.slice(found)) db.exec(step);
    db.pragma(`user_version = ${CATALOG_VERSION}`);
    if (found === 0) fill(db);
  }).immediate();
}

/**
 * A copy in memory: SQLite wants to write beside the file even to read it. undefined when there is nothing to copy, or
 * when rows stand in the write-ahead log alone.
 */
function openCopy(path: string): Database | undefined {
  const log = `${path}-wal`;
  if (!existsSync(path) || (existsSync(log) && statSync(log).size > 0)) return undefined;
  try {
    const bytes = readFileSync(path);
    // File format versions in the header: 1 is a rollback journal, 2 the write-ahead log, which memory cannot have.
    bytes.fill(1, 18, 20);
    const db = openSqlite(bytes, { readonly: true });
    const found = db.pragma('user_version', { simple: true }) as number;
    if (found > CATALOG_VERSION) throw wrongVersion(path, found, CATALOG_VERSION);
    return found === CATALOG_VERSION ? db : undefined;
  } catch (error) {
    if (isDamage(path, error)) return undefined;
    throw databaseError(path, error);
  }
}

/** Built from packs and manifests, for this process alone. */
export function openInMemory(path: string, { fill }: Pick<OpenOptions, 'fill'>): Database {
  const db = openSqlite(':memory:');
  migrate(db, path, fill);
  db.pragma('query_only = ON');
  return db;
}

export function prepare(db: Database, sql: string): Statement {
  return db.prepare<unknown[], unknown>(sql);
}

/** Runs `work`, and says in terms of the store what SQLite has against it. */
export function withDatabaseErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const known = databaseError(path, error);
    if (known instanceof DkError && known.code === 'damaged') noteDamage(path);
    throw known;
  }
}

/** Errors that are neither SQLite's nor the system's pass as they are. */
function databaseError(path: string, error: unknown): unknown {
  if (error instanceof DkError) return error;
  const { code = '', message } = error as { code?: string; message: string };
  if (!code.startsWith('SQLITE_')) return writeFailed(path, error);
  const [, errorCode, what, hint] = EXPLAINED.find(([start]) => code.startsWith(start)) ?? OTHER;
  return new DkError(errorCode, `The catalogue ${path} ${what}: ${message}.`, hint, error);
}

type Explanation = readonly [sqliteCode: string, code: ErrorCode, what: string, hint: string];
const CORRUPT = 'Try again: the next dk builds a new one from the packs and the recordings.';
const EXPLAINED: readonly Explanation[] = [
  ['SQLITE_NOTADB', 'damaged', 'is damaged', CORRUPT],
  ['SQLITE_CORRUPT', 'damaged', 'is damaged', CORRUPT],
  ['SQLITE_FULL', 'store-full', 'has no space left', 'Free some space, for example with dk rm, and try again.'],
  ['SQLITE_BUSY', 'io', 'is held by another dk process', 'Wait for that process or end it, and try again.'],
  ['SQLITE_READONLY', 'io', 'cannot be written', 'Choose a folder that you may write to (for the store: DK_HOME).'],
  ['SQLITE_CANTOPEN', 'io', 'cannot be opened', 'Choose a folder that you may write to (for the store: DK_HOME).'],
];
const OTHER: Explanation = ['', 'io', 'failed', 'Check the disk and the permissions of the store.'];
