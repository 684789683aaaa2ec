import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeObject, encodePackHeader } from './pack-format.js';
import { syncFolder, writeAll, writeFailed } from './replace-file.js';
import type { PlacedObject, Sha256 } from './types.js';

const BUFFER_BYTES = 4 << 20;

/** Appends objects to a pack of its own. What is not synced yet may be lost in a crash, and nothing refers to it. */
export class PackWriter {
  readonly name: string;
  readonly #folder: string;
  readonly #level: number;
  readonly #fd: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sizeBytes = 0;
  #synced = false;

  /** The file is new; its name is random. */
  constructor(folder: string, level: number) {
    this.name = `${randomBytes(8).toString('hex')}.pack`;
    this.#folder = folder;
    this.#level = level;
    try {
      this.#fd = openSync(join(folder, this.name), 'wx', 0o600);
    } catch (error) {
      throw writeFailed(join(folder, this.name), error);
    }
    this.#add(encodePackHeader());
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(bytes: Uint8Array, sha256: Sha256): PlacedObject {
    const { frame, stored } = encodeObject(bytes, sha256, this.#level);
    const place = {
      sha256,
      pack: this.name,
      offset: this.#sizeBytes,
      rawLength: bytes.length,
      storedLength: stored.length,
    };
    this.#add(frame);
    // What is stored raw still belongs to the caller.
    this.#add(stored === bytes ? Buffer.from(bytes) : stored);
    if (this.#waitingBytes >= BUFFER_BYTES) this.write();
    return place;
  }

  /** Hands everything to the operating system, so that it can be read back. What fails is written again at the next call. */
  write(): void {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.concat(this.#waiting, this.#waitingBytes);
    this.#synced = false;
    try {
      writeAll(this.#fd, bytes, this.#sizeBytes - this.#waitingBytes);
    } catch (error) {
      this.#waiting = [bytes];
      throw writeFailed(join(this.#folder, this.name), error);
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Makes everything durable. */
  sync(): void {
    this.write();
    if (this.#synced) return;
    fsyncSync(this.#fd);
    syncFolder(this.#folder);
    this.#synced = true;
  }

  /** Closes, and takes back all but the first `keepBytes`; without any the file goes. */
  discard(keepBytes: number): void {
    if (keepBytes > 0) ftruncateSync(this.#fd, keepBytes);
    else rmSync(join(this.#folder, this.name), { force: true });
    this.close();
  }

  close(): void {
    closeSync(this.#fd);
  }

  #add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#sizeBytes += bytes.length;
  }
}
