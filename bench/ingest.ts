/**
 * Events a second from a journal, without stores: decode, order, apply.
 *   node --import ./test/support/ts-loader.mjs bench/ingest.ts FOLDER      a recording's, made with DK_KEEP_JOURNAL=1
 */
import { assemble } from '../src/ingest/assembly.js';
import { liveBase } from '../src/ingest/live/live-base.js';

const [source = '.'] = process.argv.slice(2);
const lengths = new Map<number, number>();
const streams = {
  append(stream: number, bytes: Uint8Array): number {
    const off = lengths.get(stream) ?? 0;
    lengths.set(stream, off + bytes.length);
    return off;
  },
  zeros: (stream: number): number => lengths.get(stream) ?? 0,
  skip: (): void => {},
  cut: (): void => {},
  flushAll: (): void => {},
};
const nothing = (): void => {};
const done = async (): Promise<void> => {};
const index = {
  append: nothing,
  putPiece: nothing,
  putKeyframe: nothing,
  putProcess: nothing,
  putMeta: nothing,
  ready: done,
  flush: done,
  close: done,
};
for (let round = 0; round < 3; round++) {
  lengths.clear();
  const job = { source, excludes: [], cwd: '/', live: liveBase() };
  const { ingest, writer } = assemble(job, { index, streams, blobs: { flush: nothing } }, nothing);
  const began = process.hrtime.bigint();
  const { user, system } = process.cpuUsage();
  while (ingest.advance()) {
    // until nothing comes any more
  }
  ingest.finish();
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const cpu = process.cpuUsage({ user, system });
  const { events } = writer.totals();
  const perEvent = (cpu.user + cpu.system) / events;
  console.log(
    `${events} events, ${Math.round(events / seconds)} a second, ${perEvent.toFixed(2)} µs of processor time each`,
  );
}
