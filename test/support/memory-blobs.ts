import { DkError } from '../../src/errors.js';
import { sha256Of } from '../../src/cas/pack-format.js';
import type { BlobWriter, ObjectCatalog, ObjectPlace, PlacedObject, Sha256 } from '../../src/cas/types.js';

/** Blobs that stand in memory. */
export class MemoryBlobs implements BlobWriter {
  readonly stored = new Map<Sha256, Buffer>();

  put(bytes: Uint8Array): Sha256 {
    const sha256 = sha256Of(bytes);
    if (!this.stored.has(sha256)) this.stored.set(sha256, Buffer.from(bytes));
    return sha256;
  }

  read(sha256: Sha256): Buffer {
    const bytes = this.stored.get(sha256);
    if (bytes === undefined) throw new DkError('damaged', `The object ${sha256} is missing.`, 'This is a test.');
    return bytes;
  }

  has(sha256: Sha256): boolean {
    return this.stored.has(sha256);
  }

  flush(): void {}
  close(): void {}
}

export class MemoryObjects implements ObjectCatalog {
  readonly places = new Map<Sha256, ObjectPlace>();

  find(sha256: Sha256): ObjectPlace | undefined {
    return this.places.get(sha256);
  }

  add(objects: readonly PlacedObject[]): void {
    for (const object of objects) this.places.set(object.sha256, object);
  }
}
