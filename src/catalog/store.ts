/**
 * The store, $DK_HOME:
 *
 *   catalog.db            what processes share (database.ts)
 *   packs/*.pack          objects (cas/pack-format.ts)
 *   recordings/<id>/      manifest.json, the truth about the recording; its index, base and journal
 *
 * It is one user's (store-rights.ts). Reading needs no right to write; nothing is created by looking.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobStore, type BlobStoreOptions } from '../cas/blob-store.js';
import { makeFolder } from '../cas/plain-files.js';
import { type PackBlobs, storeBlobs } from '../cas/pack-blobs.js';
import type { ObjectPlace, Sha256 } from '../cas/types.js';
import { writeFailed } from '../cas/replace-file.js';
import { DkError } from '../errors.js';
import { Catalog } from './catalog.js';
import { ID_SHAPE, RECORDING_VERSION, readManifest, writeManifest } from './manifest.js';
import { rebuildCatalog } from './rebuild-catalog.js';
import { newRecordingId } from './recording-id.js';
import { makeStore, packsFolder, recordingsFolder } from './store-home.js';
import { requireOwnStore } from './store-rights.js';
import type { RecordingInfo } from './types.js';
import { claimForThisProcess, releaseClaim, writerMayLive } from './writer-process.js';

/** What is known when a recording begins. */
export type NewRecording = Omit<RecordingInfo, 'id' | 'version' | 'state' | 'marks'>;

/** What is known of a run before its end. */
export const NOTHING_RECORDED = {
  durationNs: 0,
  exitCode: null,
  signal: null,
  events: 0,
  files: 0,
  sizeBytes: 0,
  gaps: 0,
  lostRecords: 0,
  frozenNs: 0,
  verified: null,
} as const;

export interface DamagedRecording {
  id: string;
  error: DkError;
}

export interface StoreOptions {
  /** Make the folders when there is no store yet. */
  create: boolean;
  /** Takes sentences that are worth showing. */
  notice?: (text: string) => void;
}

/** DkError 'io' when the store cannot be made, is no folder or not this user's. Without `create` nothing needs to be there. */
export function openStore(home: string, options: StoreOptions = { create: false }): Store {
  if (existsSync(home) && !statSync(home).isDirectory()) {
    throw new DkError('io', `The store ${home} is not a folder.`, 'Set DK_HOME to a folder of its own.');
  }
  if (options.create) makeStore(home);
  if (existsSync(home)) requireOwnStore(home);
  return new Store(home, options.notice);
}

export class Store {
  readonly packsFolder: string;
  readonly recordingsFolder: string;
  #catalog: Catalog | undefined;
  /** What the packs hold, for objects that the catalogue does not know. */
  #fromPacks: Catalog | undefined;

  constructor(
    readonly home: string,
    readonly notice: (text: string) => void = () => undefined,
  ) {
    this.packsFolder = packsFolder(home);
    this.recordingsFolder = recordingsFolder(home);
  }

  /** Opened, and when it is missing built, at first use: listing recordings needs none. */
  get catalog(): Catalog {
    this.#catalog ??= this.#openCatalog();
    return this.#catalog;
  }

  /** Newest first. A recording whose writer is gone is `interrupted`. Damaged ones are left to `damaged()`. */
  list(): RecordingInfo[] {
    return this.#scan().recordings;
  }

  damaged(): DamagedRecording[] {
    return this.#scan().damaged;
  }

  /** DkError 'not-found' when there is no such recording, 'damaged' when its manifest is. */
  info(id: string): RecordingInfo {
    const folder = this.folderOf(id);
    try {
      const { info, abandoned } = this.#look(folder);
      return abandoned ? { ...info, state: 'interrupted' } : info;
    } catch (error) {
      // Removed, perhaps while it was read.
      if (!existsSync(folder)) throw noSuchRecording(id);
      throw error;
    }
  }

  /** Its writer is gone and has not finished it. */
  isAbandoned(id: string): boolean {
    return this.#look(this.folderOf(id)).abandoned;
  }

  /** The recording's folder. */
  folderOf(id: string): string {
    if (!ID_SHAPE.test(id))
      throw new DkError('not-found', `"${id}" is not the id of a recording.`, 'List them with: dk ls');
    return join(this.recordingsFolder, id);
  }

  /** A new recording in state 'recording', written by this process. */
  create(draft: NewRecording): RecordingInfo {
    // Before anything is made: a store whose catalogue cannot be written takes no recordings.
    const { catalog } = this;
    const info: RecordingInfo = {
      ...draft,
      version: RECORDING_VERSION,
      id: this.#freeId(),
      state: 'recording',
      marks: [],
    };
    // Nobody meets a recording without its manifest and its writer: it gets its name when it has both.
    const folder = this.folderOf(info.id);
    const making = this.temporaryFolder(info.id);
    try {
      makeFolder(making);
      claimForThisProcess(making);
      writeManifest(making, info);
      renameSync(making, folder);
      catalog.putRecording(info);
    } catch (error) {
      for (const made of [making, folder]) rmSync(made, { recursive: true, force: true });
      throw writeFailed(folder, error);
    }
    return info;
  }

  /** Takes over a recording whose writer is gone, to finish it; false when it is finished or somebody is at it. */
  claim(id: string): boolean {
    return this.catalog.exclusive(() => {
      const folder = this.folderOf(id);
      if (readManifest(folder).state !== 'recording' || writerMayLive(folder)) return false;
      claimForThisProcess(folder);
      return true;
    });
  }

  /** Changes the manifest, reading it anew: other processes may set marks meanwhile. Returns what is now in it. */
  update(id: string, change: (info: RecordingInfo) => RecordingInfo): RecordingInfo {
    return this.catalog.exclusive(() => {
      const folder = this.folderOf(id);
      const info = { ...change(readManifest(folder)), id, version: RECORDING_VERSION };
      writeManifest(folder, info);
      this.catalog.putRecording(info);
      if (info.state !== 'recording') releaseClaim(folder);
      return info;
    });
  }

  /** Names an event; the same name again moves it. */
  setMark(id: string, name: string, seq: number): void {
    this.update(id, (info) => ({
      ...info,
      marks: [...info.marks.filter((mark) => mark.name !== name), { name, seq }].sort((a, b) => a.seq - b.seq),
    }));
  }

  /** DkError 'usage' when the recording is in the store. */
  requireAbsent(id: string): void {
    if (!existsSync(this.folderOf(id))) return;
    throw new DkError('usage', `The recording ${id} is in the store already.`, `Open it with: dk open ${id}`);
  }

  /** Takes a finished folder in as a recording (import). DkError 'usage' when one of that id is there. */
  adopt(folder: string, info: RecordingInfo): void {
    const { catalog } = this;
    this.requireAbsent(info.id);
    writeManifest(folder, info);
    renameSync(folder, this.folderOf(info.id));
    catalog.putRecording(info);
  }

  /** Its objects stay until they are collected. */
  async remove(id: string): Promise<void> {
    const folder = this.folderOf(id);
    if (!existsSync(folder)) throw noSuchRecording(id);
    // At once for everybody, however long the files take.
    const gone = this.temporaryFolder(id);
    try {
      renameSync(folder, gone);
      await rm(gone, { recursive: true, force: true });
    } catch (error) {
      throw writeFailed(folder, error);
    }
    try {
      this.catalog.removeRecording(id);
    } catch (error) {
      // A full store may have no room to say so; a row without a folder is nothing to anybody.
      if (!(error instanceof DkError && (error.code === 'io' || error.code === 'store-full'))) throw error;
    }
  }

  /** A name beside the recordings that no listing shows. */
  temporaryFolder(id: string): string {
    return join(this.recordingsFolder, `.${id}.${process.pid}.${Date.now()}`);
  }

  blobs(): PackBlobs {
    return storeBlobs(this.packsFolder, (sha256) => this.catalog.find(sha256) ?? this.#findInPacks(sha256));
  }

  blobWriter(options?: BlobStoreOptions): BlobStore {
    return new BlobStore(this.packsFolder, this.catalog, options);
  }

  close(): void {
    for (const catalog of [this.#catalog, this.#fromPacks]) catalog?.close();
    this.#catalog = undefined;
    this.#fromPacks = undefined;
  }

  /** For what the catalogue should name and does not: it was exchanged while somebody wrote to it, or is damaged. */
  #findInPacks(sha256: Sha256): ObjectPlace | undefined {
    this.#fromPacks ??= Catalog.inMemory(this.#catalogPath, (empty) => rebuildCatalog(empty, this.packsFolder, []));
    const place = this.#fromPacks.find(sha256);
    if (place !== undefined) this.catalog.noteDamage();
    return place;
  }

  /** A writer that ends between the two looks has finished the manifest before. */
  #look(folder: string): { info: RecordingInfo; abandoned: boolean } {
    const info = readManifest(folder);
    if (info.state !== 'recording' || writerMayLive(folder)) return { info, abandoned: false };
    const last = readManifest(folder);
    return { info: last, abandoned: last.state === 'recording' };
  }

  get #catalogPath(): string {
    return join(this.home, 'catalog.db');
  }

  #openCatalog(): Catalog {
    if (!existsSync(this.home)) {
      throw new DkError('not-found', `There is no store at ${this.home}.`, 'Record a command with: dk run -- CMD');
    }
    const fill = (empty: Catalog): void => rebuildCatalog(empty, this.packsFolder, this.list());
    return Catalog.open(this.#catalogPath, fill, this.notice);
  }

  #freeId(): string {
    for (;;) {
      const id = newRecordingId();
      if (!existsSync(this.folderOf(id))) return id;
    }
  }

  #scan(): { recordings: RecordingInfo[]; damaged: DamagedRecording[] } {
    const recordings: RecordingInfo[] = [];
    const damaged: DamagedRecording[] = [];
    for (const id of this.#ids()) {
      try {
        recordings.push(this.info(id));
      } catch (error) {
        if (!(error instanceof DkError)) throw error;
        // Removed by another process since the folder was listed.
        if (error.code !== 'not-found') damaged.push({ id, error });
      }
    }
    recordings.sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? -1 : 1));
    return { recordings, damaged };
  }

  #ids(): string[] {
    try {
      return readdirSync(this.recordingsFolder).filter((name) => ID_SHAPE.test(name));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new DkError(
        'io',
        `The store ${this.home} cannot be read: ${(cause as Error).message}.`,
        'Set DK_HOME to a store that you may read.',
        cause,
      );
    }
  }
}

function noSuchRecording(id: string): DkError {
  return new DkError('not-found', `There is no recording ${id}.`, 'List them with: dk ls');
}
