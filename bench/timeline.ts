/**
 * The timeline on a recording of a million events, in memory so that the stores' own speed is not in the numbers.
 * Run: npx tsc -p tsconfig.test.json --noEmit false --outDir /tmp/dk-bench && node /tmp/dk-bench/bench/timeline.js
 */
import { deflateSync } from 'node:zlib';
import type { DkEvent } from '../src/events/event.js';
import { type EventToWrite, RecordingWriter } from '../src/ingest/writer.js';
import { applyEvent } from '../src/timeline/appliers.js';
import { BaseManifest } from '../src/timeline/base-manifest.js';
import { BaseTree } from '../src/timeline/base-tree.js';
import { openRecording } from '../src/timeline/recording.js';
import { StateBuilder } from '../src/timeline/state-builder.js';
import { encodeBase } from '../test/support/base-bytes.js';
import { MemoryBlobs } from '../test/support/memory-blobs.js';
import { MemoryIndex } from '../test/support/memory-index.js';

const FILES = 50_000;
const SEEKS = 400;

function elapsedMs(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

function report(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(48)} ${value}\n`);
}

const common = { tsNs: 0, durNs: 0, pid: 1, tid: 1, comm: 'bench', proc: 1 };

/** Each file: created, written four times, its mode set, renamed into place; the rest appends to a log. */
function* workload(): Generator<EventToWrite> {
  const dirs = 500;
  let next = 1000;
  for (let dir = 0; dir < dirs; dir++) {
    const path = `/work/app/d${dir}`;
    yield { ...common, kind: 'dir.create', file: next++, path, mode: 0o755, uid: 0, gid: 0 };
  }
  const log = next++;
  yield { ...common, kind: 'file.create', file: log, path: '/work/app/log', mode: 0o644, uid: 0, gid: 0 };
  let logged = 0;
  for (let at = 0; at < FILES; at++) {
    const file = next++;
    const newPath = flat(`/work/app/d${at % dirs}/package-${at}.json`);
    const path = flat(`${newPath}.tmp`);
    yield { ...common, kind: 'file.create', file, path, mode: 0o644, uid: 0, gid: 0 };
    for (let part = 0; part < 4; part++) {
      yield { ...common, kind: 'file.write', file, path, offset: part * 10, length: 10 };
    }
    yield { ...common, kind: 'meta.mode', file, path, mode: 0o600 };
    yield { ...common, kind: 'path.rename', file, path, newPath, replaced: 0 };
    for (let line = 0; line < 13; line++) {
      yield { ...common, kind: 'file.write', file: log, path: '/work/app/log', offset: logged, length: 10 };
      logged += 10;
    }
  }
}

/** Ingest's strings come out of buffers; joined ones would be flattened inside what is measured. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

/** Writes the events; only a real index would let go of them. */
function record(events: readonly EventToWrite[], keep: boolean): { index: MemoryIndex; tree: BaseTree } {
  const index = new MemoryIndex();
  index.append = (event) => void (keep && index.stored.push(event));
  const tree = new BaseTree(BaseManifest.parse(encodeBase('/work/app', {})));
  const ends = new Map<number, number>();
  const streams = {
    append: (stream: number, bytes: Uint8Array) => {
      const off = ends.get(stream) ?? 0;
      ends.set(stream, off + bytes.length);
      return off;
    },
    zeros: () => 0,
    skip: () => undefined,
    cut: () => undefined,
    flushAll: () => undefined,
  };
  const writer = new RecordingWriter({ index, streams, blobs: new MemoryBlobs(), base: tree });
  const bytes = [Buffer.alloc(10)];
  const ms = elapsedMs(() => {
    for (const event of events) writer.append(event, event.kind === 'file.write' ? bytes : null);
  });
  void writer.finish();
  const count = events.length;
  if (keep) return { index, tree };
  report('write a recording (events/s)', Math.round((count / ms) * 1000).toLocaleString());
  const keyframeBytes = [...index.keyframes.values()].reduce((sum, one) => sum + one.length, 0);
  const packed = [...index.keyframes.values()].reduce((sum, one) => sum + deflateSync(one, { level: 1 }).length, 0);
  const [raw, small] = [keyframeBytes / count, packed / count].map((bytesAnEvent) => bytesAnEvent.toFixed(1));
  report('keyframes', `${index.keyframes.size}, ${raw} bytes an event raw, ${small} compressed`);
  return { index, tree };
}

function applyAll(events: readonly DkEvent[], tree: BaseTree): void {
  const builder = StateBuilder.empty(tree);
  const ms = elapsedMs(() => {
    for (const event of events) applyEvent(builder, event);
  });
  report('apply (events/s)', Math.round((events.length / ms) * 1000).toLocaleString());
}

async function seek(index: MemoryIndex): Promise<void> {
  const base = encodeBase('/work/app', {});
  const info = { cwd: '/work/app' } as never;
  const start = process.hrtime.bigint();
  const recording = await openRecording({ info, index, blobs: new MemoryBlobs(), base });
  await recording.state(recording.length);
  report('open and go to the end (ms)', (Number(process.hrtime.bigint() - start) / 1e6).toFixed(2));
  const time = async (seqs: readonly number[], name: string) => {
    const times: number[] = [];
    for (const seq of seqs) {
      const before = process.hrtime.bigint();
      await recording.state(seq);
      times.push(Number(process.hrtime.bigint() - before) / 1e6);
    }
    times.sort((a, b) => a - b);
    report(`${name} p50 / p99 / worst (ms)`, [0.5, 0.99, 1].map((share) => quantile(times, share)).join(' / '));
  };
  const random = Array.from({ length: SEEKS }, (_, at) => (at * 7919 * 104_729) % recording.length);
  await time(random, 'seek');
  const back = Array.from({ length: 2000 }, (_, at) => Math.floor(recording.length * 0.77) - at);
  await time(back, 'step back');
  await time(back.reverse(), 'step forward');
}

const events = [...workload()];
report('events', events.length.toLocaleString());
record(events, false);
const { index, tree } = record(events, true);
applyAll(index.stored, tree);
await seek(index);
