/**
 * Mutated bundles, every command on each. DK_FUZZ_SECONDS: how much processor time (75); DK_FUZZ_BUNDLES: how many, however
 * long it takes (`npm run fuzz`); DK_FUZZ_SEED: the first seed. A bundle with a fault stays in build/fuzz, and its seed is in the message.
 */
import { mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOf } from '../support/every-command.js';
import { forgedBundle } from '../support/forged-bundle.js';
import { storedBundle } from '../support/stored-bundle.js';
import { tempFolders } from '../support/temp-folder.js';
import { CRAFTED } from './crafted.js';
import { mutated, type Parts, takeApart } from './mutate.js';

const newFolder = tempFolders();
const PROJECT = join(import.meta.dirname, '../..');
const KEPT = join(PROJECT, 'build/fuzz');
const FDS = '/proc/self/fd';
const SECONDS = Number(process.env.DK_FUZZ_SECONDS ?? 75);
const BUNDLES = Number(process.env.DK_FUZZ_BUNDLES ?? 0);
const FIRST_SEED = Number(process.env.DK_FUZZ_SEED ?? 1);
const MOST_RSS_BYTES = 300e6;
/** A long run goes on after a fault, and shows several. */
const MOST_FAULTS = 20;
/** Crafted ones that take long by themselves teach a fuzzer nothing new. */
const MOST_EVENTS = 2000;
const MOST_INDEX_BYTES = 1 << 16;

async function seeds(): Promise<Parts[]> {
  const folders = ['recordings', 'test/format/fixtures'].map((name) => join(PROJECT, name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.dk.zip'))
      .map((name) => join(folder, name)),
  );
  files.push(await storedBundle(newFolder()));
  for (const forgery of Object.values(CRAFTED)) {
    if ((forgery.events?.length ?? 0) > MOST_EVENTS) continue;
    const file = join(newFolder(), 'seed.dk.zip');
    writeFileSync(file, await forgedBundle(forgery));
    files.push(file);
  }
  const parts = await Promise.all(files.map(takeApart));
  return parts.filter(({ index }) => index.reduce((sum, { value }) => sum + value.length, 0) <= MOST_INDEX_BYTES);
}

/** Of this process. Not of the clock: on a busy machine the same bundles are tried. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function openFiles(): string[] {
  return readdirSync(FDS).flatMap((fd) => {
    try {
      return [readlinkSync(join(FDS, fd))];
    } catch {
      return []; // the one that reads the folder
    }
  });
}

test(
  'no mutation makes dk hang, fail, fill memory, write elsewhere or steer a terminal',
  async () => {
    const parts = await seeds();
    let rssBefore = process.memoryUsage().rss;
    let peakBefore = 0;
    const found: string[] = [];
    let done = 0;
    for (let seed = FIRST_SEED; BUNDLES > 0 ? done < BUNDLES : processorSeconds() < SECONDS; seed++, done++) {
      const bytes = await mutated(parts[seed % parts.length] as Parts, seed);
      const sandbox = newFolder();
      const folder = newFolder();
      const bundle = join(folder, 'bug.dk.zip');
      writeFileSync(bundle, bytes);
      const faults = await faultsOf(bundle, sandbox);
      const { rss } = process.memoryUsage();
      const peak = 1024 * process.resourceUsage().maxRSS;
      if (peak > peakBefore && peak - rssBefore > MOST_RSS_BYTES) faults.push(`${peak - rssBefore} bytes more memory`);
      [rssBefore, peakBefore] = [rss, peak];
      const held = openFiles().filter((file) => file.includes(sandbox) || file.includes(folder));
      if (held.length > 0) faults.push(`${held.join(' ')} is still open`);
      if (faults.length > 0) {
        mkdirSync(KEPT, { recursive: true });
        writeFileSync(join(KEPT, `${seed}.dk.zip`), bytes);
        found.push(...faults.map((fault) => `${seed}: ${fault}`));
        if (found.length >= MOST_FAULTS) break;
      }
      for (const path of [sandbox, folder]) rmSync(path, { recursive: true, force: true });
    }
    process.stdout.write(`fuzz: ${done} bundles from seed ${FIRST_SEED} on\n`);
    expect(found).toEqual([]);
  },
  2 ** 31 - 1,
);
