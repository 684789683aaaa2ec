import { closeSync, fstatSync, openSync } from 'node:fs';
import { PackBlobs } from '../cas/pack-blobs.js';
import { zstdDecompress } from '../cas/zstd.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { MOST, mostUnpacked } from '../events/limits.js';
import { KvIndexReader } from '../index/index-reader.js';
import { TableReader } from '../index/table-reader.js';
import { BundleEntry, type BundleEntryName, damagedBundle, decodeAbout, decodePlace } from './bundle-format.js';
import { type ZipEntry, inPlace, readWhole, readZipEntries } from './zip-entries.js';

/** A recording read straight from a bundle: no store, no privileges, nothing unpacked to the disk. */
export interface Bundle {
  info: RecordingInfo;
  index: KvIndexReader;
  blobs: PackBlobs;
  /** The bytes of base.bin; undefined when the recording has none. */
  base: Buffer | undefined;
  /** The index as it is, for copying. */
  table: TableReader;
  /** Everything, the index included. */
  close(): Promise<void>;
}

/**
 * DkError 'not-found' when there is no such file, 'damaged' naming file and offset when it is no whole bundle,
 * 'unsupported' when it is of another version.
 */
export async function openBundle(file: string): Promise<Bundle> {
  const { fd, sizeBytes } = openRegular(file);
  try {
    const entries = await readZipEntries(fd, file, sizeBytes);
    const need = (name: BundleEntryName): ZipEntry => entries.get(name) ?? missing(file, name);
    const about = need(BundleEntry.about);
    const { info, baseBytes } = decodeAbout(readWhole(about, MOST.aboutBytes), about.stored.name);
    const table = new TableReader(inPlace(need(BundleEntry.index)));
    const index = new KvIndexReader(table);
    const blobs = openObjects(need(BundleEntry.objects), need(BundleEntry.pack));
    return {
      info,
      index,
      blobs,
      table,
      base: baseBytes === null ? undefined : readBase(need(BundleEntry.base), baseBytes),
      async close() {
        await index.close();
        blobs.close();
        closeSync(fd);
      },
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openRegular(file: string): { fd: number; sizeBytes: number } {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DkError(
      code === 'ENOENT' ? 'not-found' : 'io',
      `${file} cannot be opened: ${message}.`,
      'Check the path and that you may read it.',
      cause,
    );
  }
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, sizeBytes: stat.size };
  closeSync(fd);
  throw new DkError('not-found', `${file} is not a file.`, 'Give the path of a .dk.zip file.');
}

function openObjects(objects: ZipEntry, pack: ZipEntry): PackBlobs {
  const places = new TableReader(inPlace(objects));
  const packFile = inPlace(pack);
  return new PackBlobs(
    (sha256) => {
      const value = places.get(Buffer.from(sha256, 'hex'));
      return value && decodePlace(value, `${places.name}, object ${sha256},`);
    },
    () => packFile,
  );
}

function readBase(entry: ZipEntry, rawLength: number): Buffer {
  const where = `${entry.stored.name}, offset 0`;
  if (rawLength > mostUnpacked(entry.stored.sizeBytes, MOST.baseBytes))
    throw damagedBundle(where, `it claims ${rawLength} bytes`);
  const packed = readWhole(entry, MOST.baseBytes);
  try {
    return zstdDecompress(packed, rawLength);
  } catch (cause) {
    throw damagedBundle(where, 'it does not decompress', cause);
  }
}

function missing(file: string, name: string): never {
  throw damagedBundle(file, `it has no "${name}"`);
}
