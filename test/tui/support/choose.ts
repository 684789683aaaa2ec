/** The chooser in a process of its own: choose.ts prints the id that was chosen. */
import { chooseRecording } from '../../../src/tui/index.js';
import { demo, hostile, project } from './recordings.js';

const infos = await Promise.all(
  [project, demo, hostile].map(async (make, i) => ({
    ...(await make()).info,
    id: `rec${i}aaaa`,
    startedMs: Date.UTC(2026, 0, 1 + i),
  })),
);
const chosen = await chooseRecording(infos);
process.stdout.write(`chosen ${chosen?.id ?? 'none'}\n`);
