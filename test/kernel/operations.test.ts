import { describe, expect } from 'vitest';
import type { Filesystem } from '../support/filesystems.js';
import { kernelTest } from '../support/kernel.js';
import { tempFolders } from '../support/temp-folder.js';
import type { OperationCase } from './operations/case.js';
import { CROSSING } from './operations/crossing.js';
import { CUTTING, OPENING, WRITING } from './operations/data.js';
import { LAYERED } from './operations/layers.js';
import { MODES, OWNERS, TIMES } from './operations/metadata.js';
import { ALLOCATING, ATTRIBUTES, COPYING, NAMELESS, SYNCING } from './operations/more.js';
import { FOLDERS, LINKING, PATHS, RENAMING, UNLINKING } from './operations/names.js';
import { OPENED_NAMES } from './operations/opened-names.js';
import { PROCESSES } from './operations/processes.js';
import { FLAGS, HANDLES, RESERVING, XATTRAT } from './operations/rare.js';
import { type CasesResult, expectedEvents, runCases } from './operations/run-cases.js';
import { SPLICING } from './operations/splicing.js';

/** Each operation by its exact system call, and exactly the events that it must give. DK_CASE=TEXT runs matching cases only. */
const GROUPS: Readonly<Record<string, readonly OperationCase[]>> = {
  open: OPENING,
  write: WRITING,
  truncate: CUTTING,
  'mkdir and rmdir': FOLDERS,
  unlink: UNLINKING,
  rename: RENAMING,
  'link, symlink and nodes': LINKING,
  'several names of one file': OPENED_NAMES,
  paths: PATHS,
  mode: MODES,
  owner: OWNERS,
  times: TIMES,
  processes: PROCESSES,
  'copies inside the kernel': COPYING,
  'bytes out of a pipe': SPLICING,
  fallocate: ALLOCATING,
  'files without a name, exchanges, roots': NAMELESS,
  'into the root and out of it': CROSSING,
  'extended attributes': [...ATTRIBUTES, ...XATTRAT],
  'file attributes': FLAGS,
  'holes and reservations by other calls': RESERVING,
  'files by handles': HANDLES,
  durability: SYNCING,
  'what stands in a lower layer of overlayfs': LAYERED,
  'the same, the upper layer on another filesystem': LAYERED,
  'the same, with inode numbers that name the layer': LAYERED,
};
/** DK_FILESYSTEM runs every group on another filesystem. */
const ELSEWHERE: Readonly<Record<string, Filesystem>> = {
  'what stands in a lower layer of overlayfs': 'overlay',
  'the same, the upper layer on another filesystem': 'overlay-tmpfs',
  'the same, with inode numbers that name the layer': 'overlay-xino',
};

const temp = tempFolders();
const wanted = process.env.DK_CASE ?? '';

for (const [group, all] of Object.entries(GROUPS)) {
  const filesystem = (process.env.DK_FILESYSTEM as Filesystem | undefined) ?? ELSEWHERE[group];
  const cases = all.filter((row) => row.name.includes(wanted));
  if (cases.length === 0) continue;
  describe(group, () => {
    let running: Promise<CasesResult> | undefined;
    const result = () => {
      running ??= runCases(temp(), cases, filesystem);
      return running;
    };

    for (const row of cases) {
      kernelTest(row.name, async () => {
        const { events, bytes, differences } = (await result()).of(row.name);
        expect(events).toEqual(expectedEvents(row.events));
        for (const [i, expected] of row.events.entries()) {
          if (expected.bytes !== undefined && !expected.bytes.equals(bytes[i] as Buffer)) {
            expect.fail(`event ${i} (${expected.kind} ${expected.path}) carries other bytes than were written`);
          }
        }
        expect(differences).toEqual([]);
      });
    }

    kernelTest('nothing else, nothing lost, and verified', async () => {
      const { recorded, log } = await result();
      expect(recorded.code).toBe(0);
      expect(log.map((event) => event.seq)).toEqual(log.map((_, i) => i + 1));
      expect(log[0]).toMatchObject({ kind: 'proc.exec' });
      const ofTarget = log.filter((event) => event.comm !== 'dk');
      expect(ofTarget.at(-1)).toMatchObject({ kind: 'proc.exit', code: 0, signal: 0 });
      expect(log.filter((event) => event.kind === 'gap')).toEqual([]);
      // Files that were mapped are read once more when the command has ended.
      const ofDk = log.filter((event) => event.comm === 'dk' && event.kind !== 'file.sync');
      expect(ofDk).toEqual([]);
      const ofCommand = log.filter((event) => event.proc === log[0]?.proc).map((event) => event.kind);
      expect(ofCommand).toEqual(['proc.exec', ...cases.map(() => 'proc.fork'), 'proc.exit']);
      expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
    });
  });
}
