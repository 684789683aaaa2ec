/** Lower-case hex of the SHA-256 of the raw bytes, as `sha256sum` prints it. */
export type Sha256 = string;

/** Reads blobs by hash. Every read checks the hash; a mismatch is DkError 'damaged' naming pack and offset. */
export interface BlobReader {
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
