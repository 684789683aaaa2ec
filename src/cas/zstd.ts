/** The only importer of zstd-napi. Contexts are kept: making one costs more than a small frame. */
import zstd from 'zstd-napi/binding.js';

const compressor = new zstd.CCtx();
const decompressor = new zstd.DCtx();

/** One zstd frame that states its content size. */
export function zstdCompress(bytes: Uint8Array, level = 3): Buffer {
  const room = scratch(zstd.compressBound(bytes.length));
  const length = compressor.compress(room, bytes, level);
  return Buffer.from(room.subarray(0, length));
}

/**
 * Decompresses one frame that must yield exactly `rawLength` bytes; throws otherwise. The caller bounds
 * `rawLength` first: nothing is allocated beyond it, whatever the frame claims.
 */
export function zstdDecompress(bytes: Uint8Array, rawLength: number): Buffer {
  const raw = Buffer.allocUnsafeSlow(rawLength);
  // The binding refuses an empty destination; a frame of nothing is only checked for what it claims.
  const length = rawLength === 0 ? zstd.getFrameContentSize(bytes) : decompressor.decompress(raw, bytes);
  if (length !== rawLength) throw new RangeError(`zstd frame of ${length} bytes where ${rawLength} were expected`);
  return raw;
}

const SCRATCH_BYTES = 1 << 20;
let kept: Buffer | undefined;

function scratch(length: number): Buffer {
  if (length > SCRATCH_BYTES) return Buffer.allocUnsafeSlow(length);
  kept ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  return kept;
}
