import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '../errors.js';
import { MOST } from '../events/limits.js';
import type { PackBlobs } from './pack-blobs.js';
import { storeBlobs } from './pack-blobs.js';
import { sha256Of } from './pack-format.js';
import { PackWriter } from './pack-writer.js';
import type { BlobWriter, ObjectCatalog, PlacedObject, Sha256 } from './types.js';

export interface BlobStoreOptions {
  /** zstd level of new objects; 1 keeps up with a fast writer. */
  level?: number;
  /** A new pack begins above this size. */
  packBytes?: number;
}

/** Objects that are put but not in the catalogue yet; bounds memory and what a crash can cost. */
const MOST_PENDING = 16_384;

/**
 * Stores each blob once. Order of writing, for crash safety: object bytes, fsync, then their rows in the catalogue;
 * the index that refers to them comes after flush().
 */
export class BlobStore implements BlobWriter {
  readonly #folder: string;
  readonly #catalog: ObjectCatalog;
  readonly #options: Required<BlobStoreOptions>;
  readonly #reader: PackBlobs;
  readonly #pending = new Map<Sha256, PlacedObject>();
  readonly #packExists = new Map<string, boolean>();
  #pack: PackWriter | undefined;
  /** Up to here the catalogue names what is in the pack. */
  #namedBytes = 0;

  constructor(folder: string, catalog: ObjectCatalog, options: BlobStoreOptions = {}) {
    this.#folder = folder;
    this.#catalog = catalog;
    this.#options = { level: 1, packBytes: 512 << 20, ...options };
    this.#reader = storeBlobs(folder, (sha256) => this.#pending.get(sha256) ?? catalog.find(sha256));
  }

  put(bytes: Uint8Array): Sha256 {
    invariant(bytes.length <= MOST.objectBytes, `a blob of ${bytes.length} bytes is too large`);
    const sha256 = sha256Of(bytes);
    if (this.#stored(sha256)) return sha256;
    if (this.#pack !== undefined && this.#pack.sizeBytes >= this.#options.packBytes) this.#endPack();
    this.#pack ??= new PackWriter(this.#folder, this.#options.level);
    this.#pending.set(sha256, this.#pack.append(bytes, sha256));
    if (this.#pending.size >= MOST_PENDING) this.flush();
    return sha256;
  }

  has(sha256: Sha256): boolean {
    return this.#reader.has(sha256);
  }

  read(sha256: Sha256): Buffer {
    const pending = this.#pending.get(sha256);
    if (pending !== undefined) {
      this.#pack?.write();
      this.#reader.forget(pending.pack);
    }
    return this.#reader.read(sha256);
  }

  flush(): void {
    if (this.#pending.size === 0) return;
    this.#pack?.sync();
    this.#catalog.add([...this.#pending.values()]);
    if (this.#pack) {
      this.#namedBytes = this.#pack.sizeBytes;
      this.#reader.forget(this.#pack.name);
    }
    this.#pending.clear();
  }

  close(): void {
    try {
      this.#endPack();
    } finally {
      this.#reader.close();
    }
  }

  /** Closes without flushing: what the catalogue does not name is taken back. */
  discard(): void {
    this.#pending.clear();
    this.#pack?.discard(this.#namedBytes);
    this.#pack = undefined;
    this.#reader.close();
  }

  #endPack(): void {
    try {
      this.flush();
    } finally {
      this.#pack?.close();
      this.#pack = undefined;
      this.#namedBytes = 0;
    }
  }

  /** A catalogue that outlived its pack must not swallow bytes. */
  #stored(sha256: Sha256): boolean {
    if (this.#pending.has(sha256)) return true;
    const place = this.#catalog.find(sha256);
    if (place === undefined) return false;
    let exists = this.#packExists.get(place.pack);
    if (exists === undefined) {
      exists = existsSync(join(this.#folder, place.pack));
      this.#packExists.set(place.pack, exists);
    }
    return exists;
  }
}
