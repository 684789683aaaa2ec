/** Lower-case hex of the SHA-256 of the raw bytes, as `sha256sum` prints it. */
export type Sha256 = string;

/** So many zeros, which nobody stores. */
export interface Zeros {
  readonly zeros: number;
}

/** A part of a content on its way into a stream. */
export type DataPart = Uint8Array | Zeros;

/** Shorter runs are stored like other bytes: a piece of their own would cost as much. */
export const LEAST_ZEROS = 64 << 10;

export function isZeros(part: DataPart): part is Zeros {
  return !(part instanceof Uint8Array);
}

export function lengthOf(part: DataPart): number {
  return isZeros(part) ? part.zeros : part.length;
}

/** Reads blobs by hash. Every read checks the hash; a mismatch is DkError 'damaged' naming pack and offset. */
export interface BlobReader {
  /** The bytes are shared with a cache: not to be changed. */
  read(sha256: Sha256): Buffer;
  has(sha256: Sha256): boolean;
}

export interface BlobWriter extends BlobReader {
  /** Stores the bytes once; returns their hash. Visible to other processes after `flush`. */
  put(bytes: Uint8Array): Sha256;
  /** Makes everything put so far durable and visible. */
  flush(): void;
  close(): void;
}

/** Where an object's frame stands (pack-format.ts). */
export interface ObjectPlace {
  /** File name below packs/. */
  readonly pack: string;
  readonly offset: number;
  readonly rawLength: number;
  readonly storedLength: number;
}

export interface PlacedObject extends ObjectPlace {
  readonly sha256: Sha256;
}

/** Knows where objects are, for all processes that share the store. */
export interface ObjectCatalog {
  find(sha256: Sha256): ObjectPlace | undefined;
  /** All or none. The newest place of an object wins: an older one may be in a pack that is gone. */
  add(objects: readonly PlacedObject[]): void;
}
