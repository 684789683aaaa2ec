import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPlain } from '../cas/plain-files.js';
import type { ProcessInfo } from '../events/event.js';
import { BaseManifest } from '../timeline/base-manifest.js';
import { BaseTree } from '../timeline/base-tree.js';
import { RecordingWriter, type RecordingTargets } from './writer.js';
import { Exclusion } from './names/exclusion.js';
import { Ingest } from './ingest.js';
import { JournalReader } from '../journal/journal-reader.js';
import type { LiveBase } from './live/live-base.js';
import { Model } from './names/model.js';
import { MountTable } from '../linux/mount-table.js';
import { Preimages } from './bytes/preimages.js';
import { Processes } from './apply/processes.js';

/** Where a recording keeps what is needed until it is sealed. */
export const journalFolder = (folder: string): string => join(folder, 'journal');
export const mountinfoFile = (folder: string): string => join(journalFolder(folder), 'mountinfo');
export const preimageFolder = (folder: string): string => join(folder, 'preimage');
/** The manifest of the roots at the end; gone once it was compared. */
export const endFile = (folder: string): string => join(folder, 'end.bin');
export const baseFile = (folder: string): string => join(folder, 'base.bin');

/** The parts that turn a journal into events. */
export interface Assembly {
  ingest: Ingest;
  writer: RecordingWriter;
  journal: JournalReader;
  preimages: Preimages;
  /** The roots before the command. */
  manifest: BaseManifest;
}

export interface AssemblyJob {
  /** Where journal, pre-images and base.bin are. base.bin must be complete. */
  source: string;
  excludes: readonly string[];
  /** The command's working directory. */
  cwd: string;
  live: LiveBase;
}

/** The one way through ingest: for recording, for following and for recovering. */
export function assemble(
  { source, excludes, cwd, live }: AssemblyJob,
  targets: Omit<RecordingTargets, 'base'>,
  putProcess: (info: ProcessInfo) => void,
): Assembly {
  const manifest = existsSync(baseFile(source)) ? BaseManifest.parse(readPlain(baseFile(source))) : BaseManifest.empty;
  const writer = new RecordingWriter({ ...targets, base: new BaseTree(manifest) });
  const mounts = mountTableOf(source, cwd);
  const journal = new JournalReader(journalFolder(source), mounts);
  const preimages = new Preimages(preimageFolder(source));
  const model = new Model(writer, preimages, () => journal.startRealNs, live);
  const processes = new Processes(putProcess, () => writer.totals().events + 1);
  const exclusion = new Exclusion(excludes, cwd);
  const ingest = new Ingest({ journal, writer, model, processes, exclusion, mounts, preimages });
  return { ingest, writer, journal, preimages, manifest };
}

/** What was mounted when the recording began; nothing is known for a journal of an older dk, whose paths need nothing. */
function mountTableOf(source: string, cwd: string): MountTable {
  const file = mountinfoFile(source);
  return new MountTable(existsSync(file) ? readPlain(file).toString('latin1') : '', cwd);
}
