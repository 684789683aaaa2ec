/**
 * Journals as test fixtures: NAME.journal.zst holds a recording's journal, pre-images, base manifest, what ingest asked of the
 * live tree, and what it makes of all that. u32 length of the JSON, then that as one zstd frame.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompress, zstdDecompress } from '../../src/cas/zstd.js';
import { type LiveBase, liveBase } from '../../src/ingest/live/live-base.js';
import { replayed, type Run } from './replay.js';

interface Fixture {
  run: Run;
  /** base64 by path below the recording's folder. */
  files: Record<string, string>;
  /** Answers of the live tree, by the question. */
  live: Record<string, unknown>;
  /** As `replayed` gives them. */
  events: string[];
}

/** What a replay gave, and what it must give. */
export interface Replay {
  events: string[];
  expected: string[];
}

/** `source`: the recording's folder, made with DK_KEEP_JOURNAL=1, while what it is about still stands there. */
export async function capture(source: string, run: Run, folder: string, name: string): Promise<void> {
  const live: Fixture['live'] = {};
  const events = await replayed(source, run, asked(liveBase(), live));
  const files: Fixture['files'] = {};
  for (const path of ['base.bin', ...below(source, 'journal'), ...below(source, 'preimage')]) {
    if (existsSync(join(source, path))) files[path] = readFileSync(join(source, path)).toString('base64');
  }
  mkdirSync(folder, { recursive: true });
  const json = Buffer.from(JSON.stringify({ run, files, live, events } satisfies Fixture, tagged));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(json.length);
  writeFileSync(join(folder, `${name}.journal.zst`), Buffer.concat([head, zstdCompress(json, 19)]));
}

/** Unpacks the fixture into `to` and replays it. */
export async function replayFixture(file: string, to: string, framesAtOnce?: number): Promise<Replay> {
  const packed = readFileSync(file);
  const json = zstdDecompress(packed.subarray(4), packed.readUInt32LE(0)).toString();
  const { run, files, live, events: expected } = JSON.parse(json, untagged) as Fixture;
  for (const [path, base64] of Object.entries(files)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), Buffer.from(base64, 'base64'));
  }
  return { events: await replayed(to, run, answering(live), framesAtOnce), expected };
}

const QUESTIONS = ['node', 'defaultList', 'isOnOverlay', 'lowerFile', 'truth', 'bytes'] as const;

function asked(live: LiveBase, answers: Fixture['live']): LiveBase {
  return asLive((question, path, ...rest) => {
    const of = live[question] as (...operands: unknown[]) => unknown;
    const answer = of(path, ...rest);
    answers[`${question} ${path}`] = question === 'bytes' ? [...(answer as Iterable<unknown>)] : (answer ?? null);
    if (answer === undefined) answers[`${question} ${path}`] = 'undefined';
    return answers[`${question} ${path}`] === 'undefined' ? undefined : answers[`${question} ${path}`];
  });
}

function answering(answers: Fixture['live']): LiveBase {
  return asLive((question, path) => {
    const answer = answers[`${question} ${path}`];
    if (answer === undefined) throw new Error(`the live tree was not asked this before: ${question} ${path}`);
    return answer === 'undefined' ? undefined : answer;
  });
}

function asLive(answer: (question: (typeof QUESTIONS)[number], path: string, ...rest: unknown[]) => unknown): LiveBase {
  const parts = QUESTIONS.map((question) => [
    question,
    (path: string, ...rest: unknown[]) => answer(question, path, ...rest),
  ]);
  return Object.fromEntries(parts) as LiveBase;
}

function below(folder: string, name: string): string[] {
  const at = join(folder, name);
  return existsSync(at) ? readdirSync(at).map((file) => join(name, file)) : [];
}

function tagged(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  const { type, data } = (value ?? {}) as { type?: string; data?: number[] };
  return type === 'Buffer' ? { $bytes: Buffer.from(data as number[]).toString('base64') } : value;
}

function untagged(_: string, value: unknown): unknown {
  const { $bigint, $bytes } = (value ?? {}) as { $bigint?: string; $bytes?: string };
  if ($bigint !== undefined) return BigInt($bigint);
  return $bytes === undefined ? value : Buffer.from($bytes, 'base64');
}
