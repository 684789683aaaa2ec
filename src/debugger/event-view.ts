import type { DkEvent, EventOf, ProcessInfo } from '../events/event.js';
import type { Recording, RecordingInfo } from '../timeline/types.js';
import { eventText, fdName, shellWord, signalName } from './event-text.js';
import { formatBytes, formatCount, formatTime, plural } from './quantities.js';

/** A fact to read: what it is about, and the fact. */
export interface Fact {
  label: string;
  text: string;
}

/** What stands in the place of a file when the event at the playhead concerns none. */
export interface EventView {
  title: string;
  facts: Fact[];
  /** What was printed, line by line. */
  printed: string[];
}

const PRINTED_BYTES = 64 * 1024;

export async function eventView(
  recording: Recording,
  event: DkEvent,
  processes: readonly ProcessInfo[],
): Promise<EventView> {
  const text = eventText(event);
  return {
    title: `#${event.seq} ${text.op}`,
    facts: [...factsOf(event), ...whoOf(event, processes)].filter((fact) => fact.text !== ''),
    printed: event.kind === 'output.write' ? await printedBy(recording, event) : [],
  };
}

function factsOf(event: DkEvent): Fact[] {
  const text = eventText(event);
  if (event.kind === 'output.write') return [{ label: 'printed', text: text.detail }];
  if (event.kind === 'proc.exec') {
    return [
      { label: 'command', text: text.detail },
      { label: 'program', text: event.exe },
      { label: 'in', text: event.cwd },
    ];
  }
  if (event.kind === 'gap') return gapFacts(event);
  return [
    { label: 'path', text: text.path },
    { label: 'what', text: text.detail },
  ];
}

function gapFacts(event: EventOf<'gap'>): Fact[] {
  return [
    {
      label: 'GAP',
      text: 'Something could not be captured here. Until it is read back, what it affects is not certain.',
    },
    { label: 'cause', text: event.cause },
    { label: 'lost', text: event.lost === 0 ? '' : plural(event.lost, 'record') },
    { label: 'affects', text: event.file === 0 ? 'anything' : event.path },
    { label: 'bytes', text: event.length === 0 ? '' : `${event.offset} to ${event.offset + event.length}` },
  ];
}

/** The process and its parents, nearest first. */
function whoOf(event: DkEvent, processes: readonly ProcessInfo[]): Fact[] {
  const facts: Fact[] = [{ label: 'by', text: `${event.comm} (pid ${event.pid})` }];
  const seen = new Set<number>();
  let info = processes.find((candidate) => candidate.proc === event.proc);
  while (info !== undefined && !seen.has(info.proc) && seen.size < 12) {
    seen.add(info.proc);
    facts.push({
      label: seen.size === 1 ? 'process' : 'from',
      text: info.argv.map(shellWord).join(' ') || `pid ${info.pid}`,
    });
    const parent = info.parent;
    info = parent === 0 ? undefined : processes.find((candidate) => candidate.proc === parent);
  }
  return facts;
}

async function printedBy(recording: Recording, event: EventOf<'output.write'>): Promise<string[]> {
  const bytes = await recording.payload(event, PRINTED_BYTES);
  const lines = withoutColours(bytes.toString('utf8')).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (event.length > bytes.length)
    lines.push(`… ${formatBytes(event.length - bytes.length)} more to ${fdName(event.fd)}`);
  return lines;
}

/** The recording at a glance: what the debugger shows at the base. */
export function overviewOf(info: RecordingInfo): Fact[] {
  const facts: Fact[] = [
    { label: 'command', text: info.argv.map(shellWord).join(' ') },
    { label: 'label', text: info.label ?? '' },
    { label: 'in', text: info.cwd },
    { label: 'started', text: `${new Date(info.startedMs).toISOString().slice(0, 19).replace('T', ' ')} UTC` },
    { label: 'took', text: formatTime(info.durationNs) },
    { label: 'result', text: resultText(info) },
    {
      label: 'recorded',
      text: `${plural(info.events, 'event')} · ${plural(info.files, 'file')} · ${formatBytes(info.sizeBytes)}`,
    },
    { label: 'proof', text: proofText(info) },
    { label: 'gaps', text: info.gaps === 0 ? 'none' : `${formatCount(info.gaps)} (what they affect is marked)` },
  ];
  return [...facts, ...info.notices.map((text) => ({ label: 'note', text }))].filter((fact) => fact.text !== '');
}

export function resultText(info: Pick<RecordingInfo, 'state' | 'exitCode' | 'signal'>): string {
  if (info.state === 'recording') return 'still recording';
  if (info.signal !== null && info.signal !== 0) return signalName(info.signal);
  if (info.exitCode !== null) return `exit ${info.exitCode}`;
  return info.state === 'interrupted' ? 'interrupted' : 'ended';
}

/** With the reason, where there is one. */
export function notVerified({ unverified }: RecordingInfo): string {
  return unverified === undefined ? 'not verified' : `not verified: ${unverified}`;
}

function proofText(info: RecordingInfo): string {
  const { verified } = info;
  if (verified === null) return notVerified(info);
  if (verified.ok) return `verified · ${plural(verified.paths, 'path')}`;
  return `DIFFERS from the disk in ${plural(verified.differences, 'path')}`;
}

export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** A program's own colours are left out; whatever else it sent to its terminal is escaped when drawn. */
export function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;:]*m/g, '');
}
