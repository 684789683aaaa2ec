/** The only importer of better-sqlite3. */
import { createRequire } from 'node:module';
import Sqlite from 'better-sqlite3';

export type Database = Sqlite.Database;
export type Statement = Sqlite.Statement<unknown[], unknown>;

/** Named, because the search for it starts at the file that the library's JavaScript stands in. */
const nativeBinding = createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node');

/** A file, `:memory:`, or the bytes of one. */
export function openSqlite(at: string | Buffer, options: Sqlite.Options = {}): Database {
  return new Sqlite(at, { ...options, nativeBinding });
}
