/**
 * manifest.json of a recording: a RecordingInfo as JSON. It is the truth about a recording; the catalogue holds a copy.
 * The same checks guard the bundle's copy, which comes from a stranger.
 */
import { join } from 'node:path';
import { wrongVersion } from '../cas/format-version.js';
import { readPlain } from '../cas/plain-files.js';
import { replaceFileSync } from '../cas/replace-file.js';
import { DkError } from '../errors.js';
import type { RecordingInfo } from './types.js';

export const RECORDING_VERSION = 1;
/** A consonant, then base32 without the letters that look like digits: never an event number, a mark or a word. */
export const ID_SHAPE = /^[bcdfghjkmnpqrstvwxz][0-9abcdefghjkmnpqrstvwxyz]{7}$/;

export const manifestPath = (folder: string): string => join(folder, 'manifest.json');

/** DkError 'damaged' when it is missing or is no manifest, 'unsupported' when it is of another version. */
export function readManifest(folder: string): RecordingInfo {
  const path = manifestPath(folder);
  let text: string;
  try {
    text = readPlain(path).toString();
  } catch (cause) {
    if (cause instanceof DkError) throw cause;
    throw new DkError(
      'damaged',
      `${path} cannot be read: ${(cause as Error).message}.`,
      `Restore it, or remove the folder ${folder}.`,
      cause,
    );
  }
  return parseInfo(text, path);
}

/** Replaces the manifest as a whole: a crash leaves the old one or the new one. */
export function writeManifest(folder: string, info: RecordingInfo): void {
  replaceFileSync(manifestPath(folder), Buffer.from(`${JSON.stringify(info, null, 2)}\n`));
}

/** Unknown fields are dropped. `where` is named in errors. */
export function parseInfo(text: string, where: string): RecordingInfo {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(where, 'it is not JSON', cause);
  }
  if (!isRecord(value)) throw damaged(where, 'it is not a JSON object');
  if (count(value.version) && value.version !== RECORDING_VERSION) {
    throw wrongVersion(where, value.version as number, RECORDING_VERSION);
  }
  const info: Record<string, unknown> = {};
  for (const [name, valid] of Object.entries(FIELDS)) {
    if (!valid(value[name])) throw damaged(where, `its field "${name}" is missing or impossible`);
    if (value[name] !== undefined) info[name] = value[name];
  }
  return info as unknown as RecordingInfo;
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= 1 << 20;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const integer: Check = (value) => Number.isSafeInteger(value);
const flag: Check = (value) => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= 1 << 20 && value.every(check);
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string);
const shaped =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(shape).every(([name, check]) => check(value[name]));

const FIELDS: Readonly<Record<keyof Required<RecordingInfo>, Check>> = {
  version: count,
  id: (value) => typeof value === 'string' && ID_SHAPE.test(value),
  label: orNull(text),
  state: oneOf('recording', 'interrupted', 'sealed'),
  argv: listOf(text),
  cwd: text,
  roots: listOf(text),
  excludes: listOf(text),
  startedMs: integer,
  durationNs: count,
  exitCode: orNull(integer),
  signal: orNull(integer),
  events: count,
  files: count,
  sizeBytes: count,
  gaps: count,
  lostRecords: count,
  frozenNs: count,
  verified: orNull(shaped({ ok: flag, differences: count, paths: count })),
  unverified: optional(text),
  host: shaped({ kernel: text, user: text, uid: count, gid: count, arch: text, hostname: text }),
  probes: text,
  dkVersion: text,
  marks: listOf(shaped({ name: text, seq: count })),
  notices: listOf(text),
  imported: optional(flag),
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(where: string, reason: string, cause?: unknown): DkError {
  return new DkError(
    'damaged',
    `${where} is damaged: ${reason}.`,
    'Restore it from a copy, or remove the recording.',
    cause,
  );
}
