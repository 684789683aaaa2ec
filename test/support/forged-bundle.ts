/** Bundles with whatever a stranger might put into them, every checksum right. */
import { sha256Of, encodeObject, encodePackHeader } from '../../src/cas/pack-format.js';
import { zstdCompress } from '../../src/cas/zstd.js';
import { encodeAbout, encodePlace } from '../../src/bundle/bundle-format.js';
import type { DkEvent } from '../../src/events/event.js';
import { ByteWriter } from '../../src/index/byte-writer.js';
import { encodeEventBlock } from '../../src/index/event-block.js';
import { INDEX_VERSION, key, metaKey, Section } from '../../src/index/keys.js';
import type { Entry } from '../../src/index/kv.js';
import { encodeTable } from '../../src/index/table-writer.js';
import { encodeBase } from './base-bytes.js';
import { rawZip } from './raw-zip.js';
import { newRecording } from './recording-info.js';

export const ROOT = '/work/app';
const BLOCK = 2048;
const COMMON = { tsNs: 1, durNs: 1, pid: 1, tid: 1, comm: 'x', proc: 1 };

export interface Forgery {
  /** Numbered by their place; common fields are filled in. */
  events?: readonly object[];
  meta?: Readonly<Record<string, Uint8Array>>;
  entries?: readonly Entry[];
  base?: Buffer;
  blobs?: readonly Buffer[];
}

export function numbered(events: readonly object[]): DkEvent[] {
  return events.map((event, at) => ({ ...COMMON, ...event, seq: at + 1 }) as DkEvent);
}

export function eventEntries(events: readonly DkEvent[], first = 1): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < events.length; at += BLOCK) {
    entries.push({
      key: key(Section.events, first + at),
      value: encodeEventBlock(events.slice(at, at + BLOCK)),
    });
  }
  return entries;
}

export function uints(...values: number[]): Buffer {
  const out = new ByteWriter();
  for (const value of values) out.uint(value);
  return Buffer.from(out.view());
}

export async function forgedBundle({
  events = [],
  meta = {},
  entries = [],
  base,
  blobs = [],
}: Forgery): Promise<Buffer> {
  const manifest = base ?? encodeBase(ROOT, {});
  const index = [
    { key: metaKey('version'), value: uints(INDEX_VERSION) },
    ...Object.entries(meta).map(([name, value]) => ({ key: metaKey(name), value: Buffer.from(value) })),
    ...eventEntries(numbered(events)),
    ...entries,
  ];
  return packed(index, manifest, blobs, events.length);
}

/** A bundle of exactly these parts. */
export async function packed(
  index: readonly Entry[],
  manifest: Buffer,
  blobs: readonly Buffer[],
  events: number,
): Promise<Buffer> {
  const pack: Uint8Array[] = [encodePackHeader()];
  const places: Entry[] = [];
  let offset = (pack[0] as Uint8Array).length;
  for (const blob of blobs) {
    const { frame, stored } = encodeObject(blob, sha256Of(blob), 3);
    const place = { pack: '', offset, rawLength: blob.length, storedLength: stored.length };
    places.push({ key: Buffer.from(sha256Of(blob), 'hex'), value: encodePlace(place) });
    pack.push(frame, stored);
    offset += frame.length + stored.length;
  }
  const info = {
    ...newRecording({ argv: ['x'], cwd: ROOT, roots: [ROOT], events }),
    id: 'j8c0e1nh',
    version: 1,
    state: 'sealed' as const,
    marks: [],
  };
  return rawZip([
    { name: 'bundle.json', bytes: encodeAbout({ info, baseBytes: manifest.length }) },
    { name: 'base.bin.zst', bytes: zstdCompress(manifest) },
    { name: 'objects.pack', bytes: Buffer.concat(pack) },
    { name: 'objects.tbl', bytes: await table(places) },
    { name: 'index.tbl', bytes: await table(index) },
  ]);
}

async function table(entries: readonly Entry[]): Promise<Buffer> {
  const byKey = new Map(entries.map((entry) => [entry.key.toString('latin1'), entry]));
  const sorted = [...byKey.values()].sort((a, b) => Buffer.compare(a.key, b.key));
  const parts: Uint8Array[] = [];
  for await (const part of encodeTable(sorted)) parts.push(part);
  return Buffer.concat(parts);
}
