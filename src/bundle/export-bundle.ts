import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { readPlain } from '../cas/plain-files.js';
import { replaceFile } from '../cas/replace-file.js';
import type { BlobReader } from '../cas/types.js';
import { zstdCompress } from '../cas/zstd.js';
import type { RecordingInfo } from '../catalog/types.js';
import { DkError } from '../errors.js';
import { indexTable, openTable } from '../index/open-index.js';
import type { TableReader } from '../index/table-reader.js';
import { encodeTable } from '../index/table-writer.js';
import { BundleEntry, encodeAbout, readmeText } from './bundle-format.js';
import { BundlePack, type ExtraBase } from './bundle-pack.js';

export interface ExportSource {
  info: RecordingInfo;
  /** The recording's folder; it must be sealed. */
  folder: string;
  blobs: BlobReader;
}

export interface ExportOptions {
  /** Base content to add: of files that were touched without being read, or with --with-base of all. */
  extraBase?: AsyncIterable<ExtraBase>;
}

/** Writes the recording to one file. Whatever fails, `out` is then as it was before. */
export async function exportBundle(source: ExportSource, out: string, options: ExportOptions = {}): Promise<void> {
  const { info, folder } = source;
  if (!existsSync(indexTable(folder))) {
    throw new DkError('usage', `The recording ${info.id} is not finished.`, 'Export it when its command has ended.');
  }
  const table = openTable(indexTable(folder));
  try {
    await replaceFile(out, zipped(source, table, options.extraBase ?? nothing()));
  } finally {
    await table.close();
  }
}

async function* nothing(): AsyncGenerator<ExtraBase> {}

/** The bundle's bytes. When it ends, for whatever reason, nothing reads from `source` and `table` any more. */
async function* zipped(
  source: ExportSource,
  table: TableReader,
  extra: AsyncIterable<ExtraBase>,
): AsyncGenerator<Uint8Array> {
  const { info, folder, blobs } = source;
  const basePath = join(folder, 'base.bin');
  const base = existsSync(basePath) ? readPlain(basePath) : undefined;
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const fail = (error: Error): void => void output.destroy(error);
  zip.on('error', fail);
  const stored = { compress: false, mode: 0o644, mtime: new Date() };
  const contents: Readable[] = [];
  /** Read when its turn comes, after the entries before it. yazl passes no errors of its sources on. */
  const lazily = (name: string, content: () => AsyncIterable<Uint8Array>): void =>
    zip.addReadStreamLazy(name, stored, (start) => {
      const stream = Readable.from(content(), { objectMode: false }).on('error', fail);
      contents.push(stream);
      start(null, stream);
    });
  zip.addBuffer(encodeAbout({ info, baseBytes: base?.length ?? null }), BundleEntry.about);
  zip.addBuffer(readmeText(info), BundleEntry.readme);
  if (base !== undefined) zip.addBuffer(zstdCompress(base), BundleEntry.base, stored);
  const pack = new BundlePack();
  lazily(BundleEntry.pack, () => pack.bytes(table.all(), blobs, extra));
  lazily(BundleEntry.objects, () => encodeTable(pack.objectEntries()));
  lazily(BundleEntry.index, () => encodeTable(pack.indexEntries(table.all())));
  zip.end();
  try {
    yield* output;
  } finally {
    // Streams read ahead: those that were not read to their end are still at it.
    await Promise.all(contents.map(closed));
  }
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve).destroy();
  });
}
