import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromBytes } from '../../../src/events/byte-string.js';
import type { DkEvent } from '../../../src/events/event.js';
import { compareWithListing, type Difference } from '../../oracle/compare.js';
import { listTree } from '../../oracle/listing.js';
import { type Filesystem, mountFilesystem, upperLayer } from '../../support/filesystems.js';
import { allEvents, Bench, compiled, type Recorded } from '../../support/record.js';
import type { Expected, OperationCase } from './case.js';

type LogEvent = Record<string, unknown>;

export interface CaseResult {
  /** What `dk log --json` says of the case's processes, in the form of `Expected`. */
  events: LogEvent[];
  /** Bytes by index in `events`, where the event has some. */
  bytes: (Buffer | undefined)[];
  /** The rebuilt end state against the folder. */
  differences: Difference[];
}

export interface CasesResult {
  recorded: Recorded;
  /** Every event of the recording. */
  log: LogEvent[];
  folderOf(name: string): string;
  of(name: string): CaseResult;
}

/** Records all cases in one run, each in a process and a folder of its own, and sorts the events out again. */
export async function runCases(
  folder: string,
  cases: readonly OperationCase[],
  filesystem: Filesystem = 'disk',
): Promise<CasesResult> {
  const bench = new Bench(folder);
  const folders = new Map(cases.map((row, i) => [row.name, join(bench.work, String(i).padStart(3, '0'))]));
  const fill = async () => {
    for (const row of cases) {
      const at = folders.get(row.name) as string;
      mkdirSync(at);
      row.before?.(at);
    }
  };
  const aside = join(folder, 'layers');
  const unmount = await mountFilesystem(filesystem, { at: bench.work, aside, fill });
  try {
    return await recordCases(bench, cases, folders, upperLayer(filesystem, aside));
  } finally {
    await unmount();
  }
}

async function recordCases(
  bench: Bench,
  cases: readonly OperationCase[],
  folders: ReadonlyMap<string, string>,
  upper: string | undefined,
): Promise<CasesResult> {
  const { folder } = bench;
  const program = await compiled('test/oracle/calls.c');
  const script = ['umask 0022', ...cases.flatMap((row) => [`case ${folders.get(row.name)}`, ...row.calls])];
  const scriptFile = join(folder, 'script');
  writeFileSync(scriptFile, `${script.join('\n')}\n`);
  const recorded = await bench.record([program, scriptFile]);
  const log = await bench.log(recorded.id);
  const recording = await bench.open(recorded.id);
  const results = new Map<string, CaseResult>();
  try {
    const events = await allEvents(recording);
    const end = await recording.state(recording.length);
    const members = processesOfCases(events);
    for (const [i, row] of cases.entries()) {
      const at = folders.get(row.name) as string;
      const procs = members[i] ?? [];
      const mine = events.filter((event) => procs.includes(event.proc));
      const result: CaseResult = { events: [], bytes: [], differences: [] };
      for (const event of mine) {
        const state = await recording.state(event.seq - 1);
        const nameOf = (file: unknown) =>
          file === 0 ? null : relative(at, state.pathOf(file as number) ?? `file ${file}`);
        const shown = shownEvent(log[event.seq - 1] as LogEvent, at, nameOf);
        result.events.push({ ...shown, by: procs.indexOf(event.proc) });
        result.bytes.push('data' in event && event.data !== null ? await recording.payload(event) : undefined);
      }
      const inUpper = upper && join(upper, relative(bench.work, at));
      result.differences = await compareWithListing(recording, end, at, listTree(at, inUpper));
      results.set(row.name, result);
    }
  } finally {
    await recording.close();
  }
  return {
    recorded,
    log,
    folderOf: (name) => folders.get(name) as string,
    of: (name) => results.get(name) as CaseResult,
  };
}

/** For each case the processes that belong to it, in the order of their forks. The command itself forks once a case. */
function processesOfCases(events: readonly DkEvent[]): number[][] {
  const cases: number[][] = [];
  const caseOf = new Map<number, number[]>();
  const [first] = events;
  for (const event of events) {
    if (event.kind !== 'proc.fork') continue;
    let members = caseOf.get(event.proc);
    if (members === undefined && event.proc === first?.proc) {
      members = [];
      cases.push(members);
    }
    if (members === undefined) continue;
    members.push(event.childProc);
    caseOf.set(event.childProc, members);
  }
  return cases;
}

/** Fields that differ from run to run, or that are the same for all. */
const VOLATILE = ['seq', 'tsNs', 'durNs', 'pid', 'tid', 'comm', 'proc', 'file', 'childPid', 'childProc'];
const PATH_FIELDS = ['path', 'newPath', 'cwd'];
const FILE_FIELDS = ['replaced', 'other', 'from'];
const BYTES = 'Bytes';

function shownEvent(event: LogEvent, folder: string, nameOf: (file: unknown) => string | null): LogEvent {
  const shown: LogEvent = {};
  for (const [key, value] of Object.entries(event)) {
    if (VOLATILE.includes(key) || (key.endsWith(BYTES) && key.slice(0, -BYTES.length) in event)) continue;
    const bytes = event[`${key}${BYTES}`];
    let exact: unknown = value;
    if (typeof bytes === 'string') exact = fromBytes(Buffer.from(bytes, 'base64'));
    if (Array.isArray(bytes)) exact = bytes.map((item) => fromBytes(Buffer.from(String(item), 'base64')));
    if (PATH_FIELDS.includes(key)) exact = relative(folder, exact as string);
    if (FILE_FIELDS.includes(key)) exact = nameOf(exact);
    shown[key] = exact;
  }
  return shown;
}

function relative(folder: string, path: string): string {
  if (path === folder) return '.';
  if (path.startsWith(`${folder}/`)) return path.slice(folder.length + 1);
  // Beside the recorded root.
  return dirname(path) === dirname(dirname(folder)) ? `../../${basename(path)}` : path;
}

/** Expected events in the form of `CaseResult.events`. */
export function expectedEvents(events: readonly Expected[]): LogEvent[] {
  return events.map(({ bytes: _bytes, by = 0, ...event }) => ({ ...event, by }));
}
