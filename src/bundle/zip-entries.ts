/**
 * The entries of a zip that may come from anybody. Names are only ever compared with those of a bundle; nothing is
 * unpacked to the disk, nothing is inflated beyond what the caller allows.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, fromFdPromise } from 'yauzl';
import { type RandomAccess, fileRange } from '../cas/random-access.js';
import { DkError } from '../errors.js';
import { MOST } from '../events/limits.js';
import { BUNDLE_ENTRIES, type BundleEntryName, damagedBundle } from './bundle-format.js';

const STORED = 0;
const DEFLATED = 8;

export interface ZipEntry {
  readonly entry: Entry;
  /** The bytes as they stand in the file. */
  readonly stored: RandomAccess;
}

export type ZipEntries = ReadonlyMap<BundleEntryName, ZipEntry>;

/** Reads the directory of the zip and the place of every entry that belongs to a bundle. */
export async function readZipEntries(fd: number, file: string, sizeBytes: number): Promise<ZipEntries> {
  const found = new Map<BundleEntryName, ZipEntry>();
  let directory = 'directory';
  try {
    const zip = await fromFdPromise(fd, { autoClose: false, strictFileNames: true });
    directory = `directory of ${zip.entryCount} entries`;
    if (zip.entryCount > MOST.zipEntries) throw damagedBundle(file, `it has ${zip.entryCount} entries`);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (!BUNDLE_ENTRIES.includes(name)) continue;
      if (found.has(name as BundleEntryName)) throw damagedBundle(file, `it has "${name}" twice`);
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      if (entry.isEncrypted()) throw damagedBundle(`${file} (${name})`, 'it is encrypted');
      if (fileDataStart + entry.compressedSize > sizeBytes) {
        throw damagedBundle(file, `"${name}" at offset ${fileDataStart} goes beyond its end at ${sizeBytes}`);
      }
      const stored = fileRange(fd, `${file} (${name})`, fileDataStart, entry.compressedSize);
      found.set(name as BundleEntryName, { entry, stored });
    }
  } catch (error) {
    if (error instanceof DkError) throw error;
    throw damagedBundle(
      `${file}, zip ${directory} before offset ${sizeBytes},`,
      lowerFirst((error as Error).message),
      error,
    );
  }
  return found;
}

/** A small entry as a whole, its crc32 checked. */
export function readWhole({ entry, stored }: ZipEntry, mostBytes: number): Buffer {
  if (entry.uncompressedSize > mostBytes || entry.compressedSize > mostBytes) {
    throw damagedBundle(stored.name, `it claims ${entry.uncompressedSize} bytes, and may have ${mostBytes}`);
  }
  const bytes = stored.read(0, stored.sizeBytes);
  const raw = entry.compressionMethod === STORED ? bytes : inflate(bytes, entry, stored.name);
  if (raw.length !== entry.uncompressedSize || crc32(raw) !== entry.crc32) {
    throw damagedBundle(`${stored.name}, offset 0`, 'its checksum does not match');
  }
  return raw;
}

/** An entry that is read in place. */
export function inPlace({ entry, stored }: ZipEntry): RandomAccess {
  if (entry.compressionMethod === STORED) return stored;
  throw new DkError(
    'damaged',
    `${stored.name} was compressed again.`,
    'Export the recording once more, or pack the files with: zip -0.',
  );
}

function inflate(bytes: Buffer, entry: Entry, name: string): Buffer {
  if (entry.compressionMethod !== DEFLATED)
    throw damagedBundle(name, `it has compression method ${entry.compressionMethod}`);
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
  } catch (cause) {
    throw damagedBundle(`${name}, offset 0`, 'it does not inflate', cause);
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
