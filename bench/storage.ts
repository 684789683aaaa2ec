/**
 * The stores on a million events and on bulk data, each beside what the same work costs without it.
 * Run: npx tsc -p tsconfig.test.json --noEmit false --outDir /tmp/dk-bench && node /tmp/dk-bench/bench/storage.js
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamWriter } from '../src/cas/stream-writer.js';
import { zstdCompress } from '../src/cas/zstd.js';
import { openStore } from '../src/catalog/store.js';
import type { DkEvent } from '../src/events/event.js';
import { writtenStream } from '../src/events/event.js';
import { EVENTS_PER_BLOCK, decodeEventBlock, encodeEventBlock } from '../src/index/event-block.js';
import { createIndex, indexTable, openIndex } from '../src/index/open-index.js';

const EVENTS = 1_000_000;
const FILES = 5000;
const ROUNDS = 5;

function report(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(56)} ${value}\n`);
}

async function msOf(work: () => void | Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Median of several rounds. */
async function median(work: () => void | Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await msOf(work));
  return times.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}

const rate = (count: number, ms: number): string => Math.round((count / ms) * 1000).toLocaleString('en');
const megabytes = (bytes: number, ms: number): string => `${Math.round(bytes / ms / 1000)} MB/s`;

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

/** Like a build: processes create files, write each some times, now and then set a mode or rename; times are noisy. */
function* build(): Generator<DkEvent> {
  const random = numbers(1);
  const ends = new Float64Array(FILES + 100);
  let seq = 0;
  let tsNs = 0;
  while (seq < EVENTS) {
    const file = 100 + random(FILES);
    const pid = 1000 + random(40);
    const common = (): Omit<DkEvent, 'kind'> => {
      tsNs += 1000 + random(30_000);
      const comm = pid & 1 ? 'cc1' : 'make';
      const path = `/home/user/project/src/module${file % 97}/component-${file}.o`;
      return { seq: ++seq, tsNs, durNs: 500 + random(4000), pid, tid: pid, comm, proc: pid - 999, file, path };
    };
    const what = random(10);
    if (what === 0) yield { ...common(), kind: 'file.create', mode: 0o100644, uid: 1000, gid: 1000 } as DkEvent;
    for (let writes = 1 + random(8); writes > 0; writes--) {
      const length = random(4096);
      const offset = ends[file] as number;
      ends[file] = offset + length;
      const data = { stream: writtenStream(file), off: offset };
      yield { ...common(), kind: 'file.write', offset, length, data } as DkEvent;
    }
    if (what === 1) yield { ...common(), kind: 'meta.mode', mode: 0o755 } as DkEvent;
    if (what === 2)
      yield { ...common(), kind: 'path.rename', newPath: '/home/user/project/out', replaced: 0 } as DkEvent;
  }
}

async function benchIndex(folder: string): Promise<void> {
  const events = [...build()];
  const live = await createIndex(folder);
  const before = process.cpuUsage();
  const writeMs = await msOf(async () => {
    for (const [i, event] of events.entries()) {
      live.writer.append(event);
      if (i % 4096 === 0) await live.writer.ready();
    }
    await live.writer.flush();
  });
  const { user, system } = process.cpuUsage(before);
  report('index: write (events/s)', rate(events.length, writeMs));
  report('index: write (events a second of processor time)', rate(events.length, (user + system) / 1000));
  const jsonMs = await msOf(() => {
    for (const event of events) Buffer.from(JSON.stringify(event));
  });
  report('  JSON.stringify of the same (events/s)', rate(events.length, jsonMs));
  report('index: seal (ms)', (await msOf(() => live.seal())).toFixed(0));
  report('index: size (bytes an event)', (statSync(indexTable(folder)).size / events.length).toFixed(1));
  const sample = events.slice(0, EVENTS_PER_BLOCK);
  const block = encodeEventBlock(sample);
  const json = sample.map((event) => JSON.stringify(event)).join('\n');
  report(
    '  zstd of the same as JSON (bytes an event)',
    (zstdCompress(Buffer.from(json)).length / sample.length).toFixed(1),
  );
  report('index: decode a block (ms)', (await median(() => void decodeEventBlock(block, 1, 'block'))).toFixed(2));
  const random = numbers(2);
  const openMs = await median(async () => {
    const index = await openIndex(folder);
    await index.event(await index.length());
    await index.close();
  });
  report('index: open and read the last event (ms)', openMs.toFixed(1));
  const index = await openIndex(folder);
  const seeks: number[] = [];
  for (let i = 0; i < 300; i++) seeks.push(await msOf(async () => void (await index.event(1 + random(EVENTS)))));
  seeks.sort((a, b) => a - b);
  report('index: any event p50 / p99 (ms)', [150, 297].map((at) => (seeks[at] as number).toFixed(2)).join(' / '));
  report(
    'index: history of a file (ms)',
    (await median(async () => void (await index.history(100 + random(FILES))))).toFixed(2),
  );
  await index.close();
}

/** Text of random words: zstd makes about half of it. */
function prose(bytes: number): Buffer {
  const random = numbers(3);
  const words = Array.from({ length: 4000 }, () => randomBytes(2 + random(7)).toString('hex'));
  let text = '';
  while (text.length < bytes) text += `${words[random(words.length)]} `;
  return Buffer.from(text.slice(0, bytes));
}

async function benchBlobs(home: string): Promise<void> {
  const store = openStore(home, { create: true });
  const blobs = store.blobWriter();
  const streams = new StreamWriter(blobs, () => {});
  const sources = { prose: prose(64 << 20), noise: randomBytes(64 << 20) };
  for (const [name, bytes] of Object.entries(sources)) {
    for (const size of name === 'prose' ? [1 << 20, 4096, 64] : [1 << 20]) {
      let stream = size;
      // A stream of its own, and other bytes at the front of every piece, so that nothing is stored already.
      const ms = await median(() => {
        stream += 1 << 21;
        for (let at = 0; at < bytes.length; at += 1 << 16) bytes.writeUInt32LE(stream + at, at);
        for (let at = 0; at < bytes.length; at += size) streams.append(stream, bytes.subarray(at, at + size));
        streams.flushAll();
        blobs.flush();
      });
      report(`blobs: store ${name} in writes of ${size} bytes`, megabytes(bytes.length, ms));
    }
  }
  const hashMs = await median(() => void createHash('sha256').update(sources.prose).digest());
  report('  SHA-256 alone', megabytes(sources.prose.length, hashMs));
  report('  zstd -1 alone', megabytes(sources.prose.length, await median(() => void zstdCompress(sources.prose, 1))));
  const smallMs = await msOf(() => {
    for (let i = 0; i < 30_000; i++) streams.append(2 * i + 1, Buffer.from(`small file ${i}`));
    streams.flushAll();
    blobs.flush();
  });
  report('blobs: store 30,000 small files (files/s)', rate(30_000, smallMs));
  blobs.close();
  store.close();
}

const folder = mkdtempSync(join(tmpdir(), 'dk-bench-'));
try {
  await benchIndex(folder);
  await benchBlobs(join(folder, 'store'));
  report('memory at the end (MB, the events themselves included)', (process.memoryUsage().rss / 1e6).toFixed(0));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
