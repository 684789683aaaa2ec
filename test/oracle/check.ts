import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kind } from '../../src/events/kinds.js';
import type { Recording } from '../../src/timeline/types.js';
import { compareWithListing, type Difference } from './compare.js';
import type { Listing } from './listing.js';

export interface MarkerReport {
  /** The marker's file name. */
  name: string;
  /** The event that made it. */
  seq: number;
  differences: Difference[];
}

/** What the state itself says that it does not know, for one of the reasons in docs/limits.md. */
async function isAdmitted(recording: Recording, seq: number, difference: Difference): Promise<boolean> {
  if (difference.file === 0) return false;
  return (
    (await isGap(recording, seq, difference)) ||
    (await isTimeAfterSameSize(recording, seq, difference)) ||
    (await isTimeAfterSeparation(recording, seq, difference))
  );
}

/** What a gap says is not known: bytes of the file, or the file as a whole. */
async function isGap(recording: Recording, seq: number, { file, what }: Difference): Promise<boolean> {
  const isOfBytes = what.startsWith('sha-256') && what.includes(', unknown from ');
  for (const at of await recording.history(file)) {
    if (at > seq) break;
    const event = await recording.event(at);
    if (event.kind === 'gap' && (isOfBytes || event.length === 0)) return true;
  }
  return false;
}

const CONTENT_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  'file.write',
  'file.sync',
  'file.copy',
  'file.allocate',
  'resync',
]);

/**
 * A time that was set, and then nothing but truncate(2) to the size that the file has. Some filesystems move the time in
 * that case (ext4), others do not (tmpfs, xfs, btrfs).
 */
async function isTimeAfterSameSize(recording: Recording, seq: number, { file, what }: Difference): Promise<boolean> {
  const [, set] = /^mtime is (\d+) on disk, null in the state$/.exec(what) ?? [];
  if (set === undefined) return false;
  let truncates = 0;
  for (const at of (await recording.history(file)).filter((one) => one <= seq).reverse()) {
    const event = await recording.event(at);
    if (event.kind === 'meta.times') return truncates > 0 && String(event.mtimeNs) === set;
    if (CONTENT_KINDS.has(event.kind)) return false;
    if (event.kind !== 'file.truncate') continue;
    if ((await recording.state(at - 1)).node(file)?.sizeBytes !== event.sizeBytes) return false;
    truncates += 1;
  }
  return truncates > 0 && String((await recording.state(0)).node(file)?.mtimeNs) === set;
}

/** The time of a directory that was set, and then only a hard link in it separated, on overlayfs. */
async function isTimeAfterSeparation(recording: Recording, seq: number, { file, what }: Difference): Promise<boolean> {
  const [, set] = /^mtime is (\d+) on disk, null in the state$/.exec(what) ?? [];
  const dir = (await recording.state(seq)).pathOf(file);
  if (set === undefined || dir === undefined) return false;
  for await (const event of recording.events({ to: seq, reverse: true, changesOnly: true })) {
    if (event.kind === 'resync' && dirname(event.path) === dir) return true;
    if (event.kind === 'meta.times' && event.file === file) return false;
  }
  return false;
}

export interface OracleReport {
  markers: number;
  /** Paths compared, over all markers. */
  paths: number;
  wrong: MarkerReport[];
  /** Contents and times that the recording said are not known, over all markers. */
  admitted: number;
}

/**
 * Compares the state at each marker with what the oracle saw. `folder`: the oracle's --dir. A marker is the creation of
 * its file: the walk was over before, and nobody works until it is written.
 */
export async function checkOracle(recording: Recording, folder: string): Promise<OracleReport> {
  const report: OracleReport = { markers: 0, paths: 0, wrong: [], admitted: 0 };
  const markers = join(folder, 'markers');
  for await (const event of recording.events({ kinds: new Set(['file.create']) })) {
    if (!event.path.startsWith(`${markers}/`)) continue;
    const listing = JSON.parse(readFileSync(event.path, 'utf8')) as Listing;
    const state = await recording.state(event.seq);
    const differences: Difference[] = [];
    for (const difference of await compareWithListing(recording, state, join(folder, 'tree'), listing)) {
      if (await isAdmitted(recording, event.seq, difference)) report.admitted += 1;
      else differences.push(difference);
    }
    report.markers += 1;
    report.paths += listing.entries.length;
    if (differences.length > 0) {
      report.wrong.push({ name: event.path.slice(markers.length + 1), seq: event.seq, differences });
    }
  }
  return report;
}

/** The first wrong marker, its differences, and the events of the files in them since the marker before. */
export async function explain(recording: Recording, folder: string, report: OracleReport): Promise<string> {
  const [first] = report.wrong;
  if (first === undefined)
    return `${report.markers} markers, ${report.paths} paths, all equal, ${report.admitted} of unknown content or time`;
  const lines = [
    `${report.wrong.length} of ${report.markers} markers differ; the first is ${first.name} (#${first.seq}):`,
  ];
  for (const { path, what, file } of first.differences.slice(0, 8)) {
    lines.push(`  ${JSON.stringify(path)} ${what}`);
    const full = join(folder, 'tree', path);
    const concerning = new Set(file === 0 ? [] : await recording.history(file));
    for await (const event of recording.events({ to: first.seq })) {
      const named = event.path === full || ('newPath' in event && event.newPath === full);
      if (named || event.kind === 'gap' || event.kind === 'resync') concerning.add(event.seq);
    }
    const seqs = [...concerning].filter((seq) => seq <= first.seq).sort((a, b) => a - b);
    for (const seq of seqs.slice(-12)) {
      const { durNs, proc, ...event } = await recording.event(seq);
      const text = JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value));
      lines.push(`    ${text.replaceAll(folder, '')}`);
    }
  }
  return lines.join('\n');
}
