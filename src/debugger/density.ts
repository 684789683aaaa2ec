/**
 * The timeline strip. The horizontal axis is the sequence number, so that every step moves the playhead evenly.
 * A column's height is how much changed there (bytes, logarithmic), its class what prevails there.
 */
import type { DkEvent } from '../events/event.js';
import type { Recording } from '../timeline/types.js';
import { type EventClass, eventClass } from './event-text.js';

export interface Bucket {
  /** First and last sequence number, inclusive. */
  from: number;
  to: number;
  /** null: nothing read yet. */
  class: EventClass | null;
  /** 0 nothing but processes and output … 1 the most of all buckets. */
  level: number;
}

/** Up to this many events are all read; longer recordings are sampled. */
const EXACT_EVENTS = 20_000;
const SAMPLES = 6;
/** How strongly a class prevails in a mixed column: what is rarer and tells more comes first. */
const WEIGHT: Record<EventClass, number> = {
  gap: 1e6,
  delete: 6,
  move: 6,
  add: 3,
  write: 2,
  meta: 1.5,
  sync: 0.2,
  process: 0.2,
  output: 0.1,
};

interface Tally {
  bytes: number;
  weights: Map<EventClass, number>;
}

/** min(columns, length) buckets that cover 1…length. */
export function emptyBuckets(length: number, columns: number): Bucket[] {
  const count = Math.min(Math.max(0, columns), length);
  return Array.from({ length: count }, (_, i) => ({
    from: Math.floor((i * length) / count) + 1,
    to: Math.floor(((i + 1) * length) / count),
    class: null,
    level: 0,
  }));
}

/** Fills the buckets, publishing now and then; stops early when nobody wants the answer any longer. */
export async function readDensity(
  recording: Recording,
  columns: number,
  publish: (buckets: Bucket[]) => void,
  isStale: () => boolean,
): Promise<void> {
  const buckets = emptyBuckets(recording.length, columns);
  const tallies = buckets.map((): Tally => ({ bytes: 0, weights: new Map() }));
  if (recording.length <= EXACT_EVENTS) await readAll(recording, buckets, tallies, isStale);
  else await sample(recording, buckets, tallies, publish, isStale);
  if (!isStale()) publish(levelled(buckets, tallies));
}

async function readAll(
  recording: Recording,
  buckets: Bucket[],
  tallies: Tally[],
  isStale: () => boolean,
): Promise<void> {
  let at = 0;
  for await (const event of recording.events()) {
    while (at < buckets.length - 1 && event.seq > (buckets[at] as Bucket).to) at++;
    const tally = tallies[at];
    if (tally !== undefined) count(tally, event, 1);
    if (isStale()) return;
  }
}

async function sample(
  recording: Recording,
  buckets: Bucket[],
  tallies: Tally[],
  publish: (buckets: Bucket[]) => void,
  isStale: () => boolean,
): Promise<void> {
  for (const [i, bucket] of buckets.entries()) {
    const size = bucket.to - bucket.from + 1;
    // Neighbours lie in the same stored block: one run a bucket costs one read.
    const from = bucket.from + Math.max(0, Math.floor((size - SAMPLES) / 2));
    const to = Math.min(bucket.to, from + SAMPLES - 1);
    for await (const event of recording.events({ from, to })) count(tallies[i] as Tally, event, size / (to - from + 1));
    if (isStale()) return;
    if (i % 32 === 31) publish(levelled(buckets, tallies));
  }
}

function count(tally: Tally, event: DkEvent, times: number): void {
  const kind = eventClass(event.kind);
  const isChange = WEIGHT[kind] >= 1;
  const bytes = 'length' in event && isChange ? event.length : 0;
  tally.bytes += isChange ? (bytes + 1) * times : 0;
  tally.weights.set(kind, (tally.weights.get(kind) ?? 0) + WEIGHT[kind]);
}

function levelled(buckets: Bucket[], tallies: Tally[]): Bucket[] {
  const top = Math.log1p(tallies.reduce((most, tally) => Math.max(most, tally.bytes), 0));
  return buckets.map((bucket, i) => {
    const tally = tallies[i] as Tally;
    return { ...bucket, class: prevailing(tally), level: top === 0 ? 0 : Math.log1p(tally.bytes) / top };
  });
}

function prevailing(tally: Tally): EventClass | null {
  let best: EventClass | null = null;
  let most = 0;
  for (const [kind, weight] of tally.weights) {
    if (weight > most) [best, most] = [kind, weight];
  }
  return best;
}
