import type { ObjectCatalog, ObjectPlace, PlacedObject, Sha256 } from '../cas/types.js';
import type { Database } from './database.js';
import { openDatabase, openInMemory, prepare, withDatabaseErrors } from './database.js';
import { noteDamage } from './set-aside.js';
import type { RecordingInfo } from './types.js';

const FIND_OBJECT = `
  SELECT packs.name AS pack, offset, raw_length AS rawLength, stored_length AS storedLength
  FROM objects JOIN packs ON packs.id = objects.pack WHERE sha256 = ?`;
const PUT_OBJECT = `
  INSERT OR REPLACE INTO objects (sha256, pack, offset, raw_length, stored_length)
  VALUES (?, (SELECT id FROM packs WHERE name = ?), ?, ?, ?)`;
const PUT_PACK = 'INSERT OR IGNORE INTO packs (name) VALUES (?)';
const PUT_RECORDING = `
  INSERT OR REPLACE INTO recordings (id, state, label, started_ms, events, size_bytes, info)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const REMOVE_RECORDING = 'DELETE FROM recordings WHERE id = ?';

/** What the processes of one store share: where objects are, and a copy of every manifest. */
export class Catalog implements ObjectCatalog {
  readonly #path: string;
  readonly #db: Database;
  readonly #statements: Record<
    'find' | 'putObject' | 'putPack' | 'putRecording' | 'remove',
    ReturnType<typeof prepare>
  >;

  /** Opens the catalogue, or makes one and has it filled; a crash in between leaves none. `notice`: what is worth showing. */
  static open(path: string, fill: (empty: Catalog) => void, notice: (text: string) => void): Catalog {
    return new Catalog(path, openDatabase(path, { fill: (empty) => fill(new Catalog(path, empty)), notice }));
  }

  /** One that this process alone has; filled, it cannot be changed. `path`: the one that it stands for. */
  static inMemory(path: string, fill: (empty: Catalog) => void): Catalog {
    return new Catalog(path, openInMemory(path, { fill: (empty) => fill(new Catalog(path, empty)) }));
  }

  /** Has the next process that opens it build it anew. */
  noteDamage(): void {
    noteDamage(this.#path);
  }

  private constructor(path: string, db: Database) {
    this.#path = path;
    this.#db = db;
    this.#statements = this.#run(() => ({
      find: prepare(this.#db, FIND_OBJECT),
      putObject: prepare(this.#db, PUT_OBJECT),
      putPack: prepare(this.#db, PUT_PACK),
      putRecording: prepare(this.#db, PUT_RECORDING),
      remove: prepare(this.#db, REMOVE_RECORDING),
    }));
  }

  find(sha256: Sha256): ObjectPlace | undefined {
    return this.#run(() => this.#statements.find.get(Buffer.from(sha256, 'hex')) as ObjectPlace | undefined);
  }

  add(objects: readonly PlacedObject[]): void {
    this.exclusive(() => {
      for (const pack of new Set(objects.map((object) => object.pack))) this.#statements.putPack.run(pack);
      for (const { sha256, pack, offset, rawLength, storedLength } of objects) {
        this.#statements.putObject.run(Buffer.from(sha256, 'hex'), pack, offset, rawLength, storedLength);
      }
    });
  }

  putRecording(info: RecordingInfo): void {
    const { id, state, label, startedMs, events, sizeBytes } = info;
    this.#run(() =>
      this.#statements.putRecording.run(id, state, label, startedMs, events, sizeBytes, JSON.stringify(info)),
    );
  }

  removeRecording(id: string): void {
    this.#run(() => this.#statements.remove.run(id));
  }

  /** Runs `work` in a transaction that no other process can be in: the lock of the whole store. */
  exclusive<T>(work: () => T): T {
    return this.#run(() => this.#db.transaction(work).immediate());
  }

  close(): void {
    this.#db.close();
  }

  #run<T>(work: () => T): T {
    return withDatabaseErrors(this.#path, work);
  }
}
