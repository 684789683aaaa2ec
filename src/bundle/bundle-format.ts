/**
 * Bundle, NAME.dk.zip: one recording as a plain zip file that any unzip opens.
 *
 *   bundle.json    { "format": "diffkeeper bundle", "version", "dkVersion", "baseBytes", "recording": RecordingInfo }
 *                  baseBytes: length of the base manifest, null when the recording has none
 *   README.txt     what this is, for whoever finds it
 *   base.bin.zst   the base manifest, one zstd frame
 *   objects.pack   every object that the index refers to (cas/pack-format.ts)
 *   objects.tbl    table (index/table-format.ts): SHA-256 → offset uint · raw length uint · stored length uint
 *   index.tbl      table: the recording's index (index/keys.ts)
 *
 * The last four are stored, not deflated: they are compressed already, and are read in place, never unpacked.
 * Their checksums are their own; those of the first three are the zip's crc32.
 */
import { ByteReader } from '../index/byte-reader.js';
import { ByteWriter } from '../index/byte-writer.js';
import { wrongVersion } from '../cas/format-version.js';
import type { ObjectPlace } from '../cas/types.js';
import { parseInfo } from '../catalog/manifest.js';
import type { RecordingInfo } from '../catalog/types.js';
import { printable } from '../events/printable.js';
import { DkError } from '../errors.js';

export const BUNDLE_VERSION = 1;
const BUNDLE_FORMAT = 'diffkeeper bundle';

export const BundleEntry = {
  about: 'bundle.json',
  readme: 'README.txt',
  base: 'base.bin.zst',
  pack: 'objects.pack',
  objects: 'objects.tbl',
  index: 'index.tbl',
} as const;
export type BundleEntryName = (typeof BundleEntry)[keyof typeof BundleEntry];
export const BUNDLE_ENTRIES: readonly string[] = Object.values(BundleEntry);

export interface About {
  info: RecordingInfo;
  baseBytes: number | null;
}

export function encodeAbout({ info, baseBytes }: About): Buffer {
  const { dkVersion } = info;
  const about = { format: BUNDLE_FORMAT, version: BUNDLE_VERSION, dkVersion, baseBytes, recording: info };
  return Buffer.from(`${JSON.stringify(about, null, 2)}\n`);
}

export function decodeAbout(bytes: Buffer, where: string): About {
  let about: { format?: unknown; version?: unknown; baseBytes?: unknown; recording?: unknown } | null;
  try {
    about = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw damagedBundle(where, 'it is not JSON', cause);
  }
  if (about?.format !== BUNDLE_FORMAT) throw damagedBundle(where, 'it does not describe a DiffKeeper bundle');
  if (about.version !== BUNDLE_VERSION) throw wrongVersion(where, Number(about.version), BUNDLE_VERSION);
  const { baseBytes } = about;
  if (baseBytes !== null && !(Number.isSafeInteger(baseBytes) && (baseBytes as number) >= 0)) {
    throw damagedBundle(where, 'its field "baseBytes" is missing or impossible');
  }
  return { info: parseInfo(JSON.stringify(about.recording ?? null), where), baseBytes: baseBytes as number | null };
}

export function encodePlace(place: ObjectPlace): Buffer {
  const out = new ByteWriter(24);
  out.uint(place.offset);
  out.uint(place.rawLength);
  out.uint(place.storedLength);
  return Buffer.from(out.view());
}

export function decodePlace(value: Buffer, where: string): ObjectPlace {
  const reader = new ByteReader(value, where);
  return {
    pack: BundleEntry.pack,
    offset: reader.uint(),
    rawLength: reader.uint(),
    storedLength: reader.uint(),
  };
}

const short = (text: string): string => printable(text.slice(0, 500));

export function readmeText(info: RecordingInfo): Buffer {
  const command = info.argv.map((argument) => short(argument)).join(' ');
  return Buffer.from(`This is a DiffKeeper recording: every change that a command made to files, step by step.

  command   ${command}
  started   ${isoTime(info.startedMs)}
  events    ${info.events}
  made by   dk ${short(info.dkVersion)}

Open it with DiffKeeper, the command dk; no privileges are needed:

  dk open FILE.dk.zip        walk through it with the arrow keys
  dk log FILE.dk.zip         list what happened
  dk import FILE.dk.zip      keep it

It holds the contents of files that the command touched, as they were and as it wrote them. Share it with
that in mind. The formats of the files beside this one are described in docs/formats.md of DiffKeeper.
`);
}

export function damagedBundle(where: string, reason: string, cause?: unknown): DkError {
  return new DkError(
    'damaged',
    `${where} is damaged: ${reason}.`,
    'Ask for the file again, or export the recording once more.',
    cause,
  );
}

/** A recording that was imported may claim any time. */
function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms since 1970` : date.toISOString();
}
