import { join } from 'node:path';
import { DkError } from '../errors.js';
import { Lru } from './lru.js';
import { checkPackHeader, readObject } from './pack-format.js';
import type { RandomAccess } from './random-access.js';
import { openFile } from './random-access.js';
import type { BlobReader, ObjectPlace, Sha256 } from './types.js';

const CACHE_BYTES = 32 << 20;
const OPEN_PACKS = 64;

/** Reads objects out of packs: those of a store's folder, or the one in a bundle. */
export class PackBlobs implements BlobReader {
  readonly #find: (sha256: Sha256) => ObjectPlace | undefined;
  readonly #openPack: (name: string) => RandomAccess;
  readonly #raw = new Lru<Sha256, Buffer>(CACHE_BYTES);
  readonly #packs = new Map<string, RandomAccess>();

  constructor(find: (sha256: Sha256) => ObjectPlace | undefined, openPack: (name: string) => RandomAccess) {
    this.#find = find;
    this.#openPack = openPack;
  }

  has(sha256: Sha256): boolean {
    return this.#raw.get(sha256) !== undefined || this.#find(sha256) !== undefined;
  }

  read(sha256: Sha256): Buffer {
    const kept = this.#raw.get(sha256);
    if (kept !== undefined) return kept;
    const place = this.#find(sha256);
    if (place === undefined) {
      throw new DkError(
        'damaged',
        `The object ${sha256} is missing.`,
        'Restore the packs of the store, or import a bundle of the recording.',
      );
    }
    const raw = readObject(this.#pack(place.pack), place.offset, place.storedLength, sha256);
    this.#raw.set(sha256, raw, raw.length + 128);
    return raw;
  }

  /** Lets go of an open pack, which has grown: the next read sees its new size. */
  forget(pack: string): void {
    this.#packs.get(pack)?.close();
    this.#packs.delete(pack);
  }

  close(): void {
    for (const pack of [...this.#packs.keys()]) this.forget(pack);
  }

  #pack(name: string): RandomAccess {
    const open = this.#packs.get(name);
    if (open !== undefined) return open;
    const file = this.#openPack(name);
    try {
      checkPackHeader(file);
    } catch (error) {
      file.close();
      throw error;
    }
    const oldest = this.#packs.keys().next().value;
    if (this.#packs.size >= OPEN_PACKS && oldest !== undefined) this.forget(oldest);
    this.#packs.set(name, file);
    return file;
  }
}

/** The blobs of a store. */
export function storeBlobs(packsFolder: string, find: (sha256: Sha256) => ObjectPlace | undefined): PackBlobs {
  return new PackBlobs(find, (name) => openFile(join(packsFolder, name)));
}
