/**
 * Events a second from a journal, without stores: decode, order, apply.
 *   node --import ./test/support/ts-loader.mjs bench/ingest.ts FOLDER      a recording's, made with DK_KEEP_JOURNAL=1
 */
import { assemble } from '../src/ingest/assembly.js';
import { CountingStreams, indexOfEvents } from '../src/ingest/counting-sinks.js';
import { liveBase } from '../src/ingest/live/live-base.js';

const [source = '.'] = process.argv.slice(2);
for (let round = 0; round < 3; round++) {
  const targets = { index: indexOfEvents(() => {}), streams: new CountingStreams(), blobs: { flush: () => {} } };
  const job = { source, excludes: [], cwd: '/', live: liveBase() };
  const { ingest, writer } = assemble(job, targets, () => {});
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
