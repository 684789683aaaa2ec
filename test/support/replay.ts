/** Turns a journal into events, in memory, without the tree that it is about. */
import { createHash } from 'node:crypto';
import { StreamWriter } from '../../src/cas/stream-writer.js';
import type { RecordingInfo } from '../../src/catalog/types.js';
import { assemble } from '../../src/ingest/assembly.js';
import type { LiveBase } from '../../src/ingest/live/live-base.js';
import { storePreimages } from '../../src/ingest/finish/preimage-content.js';
import { openRecording } from '../../src/timeline/recording.js';
import { MemoryBlobs } from './memory-blobs.js';
import { MemoryIndex } from './memory-index.js';
import { newRecording } from './recording-info.js';

/** What a journal is replayed with. */
export type Run = Pick<RecordingInfo, 'cwd' | 'excludes'>;

/**
 * One line of JSON for each event, its bytes as their hash; then what is to be read back, the processes, and the bytes from
 * before by file. `framesAtOnce`: how many frames of the journal are taken before events are made of them.
 */
export async function replayed(source: string, run: Run, live: LiveBase, framesAtOnce = 64): Promise<string[]> {
  const [index, blobs] = [new MemoryIndex(), new MemoryBlobs()];
  const streams = new StreamWriter(blobs, (stream, piece) => index.putPiece(stream, piece));
  const targets = { index, streams, blobs };
  const parts = assemble({ source, ...run, live }, targets, (info) => index.putProcess(info));
  const { ingest, journal, preimages, writer } = parts;
  try {
    while (ingest.advance(framesAtOnce)) {
      /* until nothing comes any more */
    }
    ingest.finish();
    const isWhole = journal.rest().kind === 'none' && preimages.damage === undefined;
    storePreimages(ingest, preimages, isWhole);
    await writer.finish();
  } finally {
    journal.close();
  }
  const info = { ...newRecording({ cwd: run.cwd }), version: 1, id: 'replayed', state: 'sealed' as const, marks: [] };
  const recording = await openRecording({ info, index, blobs, base: undefined, live: undefined });
  const lines: object[] = [];
  for await (const event of recording.events()) {
    const bytes =
      'data' in event && event.data !== null && event.data.stream > 0 ? await recording.payload(event) : null;
    lines.push({ ...event, ...('data' in event ? { data: bytes === null ? event.data : hash(bytes) } : {}) });
  }
  const { all, files, paths, mapped } = ingest.doubts;
  lines.push({ doubts: { all, files: [...files], paths: [...paths], mapped: [...mapped] }, problems: writer.problems });
  for (const process of await index.processes()) lines.push(process);
  for (const [file, content] of index.baseContents(blobs).sort(([a], [b]) => a - b))
    lines.push({ base: file, content: hash(content) });
  return lines.map((line) => JSON.stringify(line, plain));
}

function hash(bytes: Uint8Array): string {
  return `${bytes.length}:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Object && (value as { type?: string }).type === 'Buffer')
    return Buffer.from((value as { data: number[] }).data).toString('hex');
  return value;
}
