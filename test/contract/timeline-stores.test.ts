/** The same script in memory and in the real index: every state and every byte read back alike. */
import { expect, test } from 'vitest';
import { createIndex, openIndex } from '../../src/index/open-index.js';
import { openRecording } from '../../src/timeline/recording.js';
import type { Recording, State } from '../../src/timeline/types.js';
import { demoScript } from '../support/demo-recording.js';
import { MemoryBlobs } from '../support/memory-blobs.js';
import { scripted } from '../support/scripted.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const BASE = { 'logs/app.log': 'started\n', 'src/config.json': '{}\n', 'README.md': '# shop\n' };

test('a recording in the real index, open and sealed, reads as the one in memory', async () => {
  const folder = newFolder();
  const live = await createIndex(folder);
  const targets = { writer: live.writer, reader: live.reader, blobs: new MemoryBlobs() };
  const inMemory = await scripted({ base: BASE, keyframeEvery: 7 }, demoScript);
  const inStore = await scripted({ base: BASE, keyframeEvery: 7 }, demoScript, targets);
  const expected = await readAll(inMemory.recording);
  expect(await readAll(inStore.recording)).toEqual(expected);
  await live.seal();
  const { info, base } = inStore;
  const sealed = await openRecording({ info, base, blobs: targets.blobs, index: await openIndex(folder) });
  expect(await readAll(sealed)).toEqual(expected);
  expect(await sealed.processes()).toEqual(await inMemory.recording.processes());
  await sealed.close();
});

async function readAll(recording: Recording): Promise<unknown> {
  const states: unknown[] = [];
  for (let seq = recording.length; seq >= 0; seq--) states.push(await tree(recording, await recording.state(seq)));
  const payloads: string[] = [];
  for await (const event of recording.events()) payloads.push((await recording.payload(event)).toString('latin1'));
  return { states, payloads };
}

async function tree(recording: Recording, state: State): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  const visit = async (path: string, file: number): Promise<void> => {
    const node = state.node(file);
    if (node === undefined) throw new Error(`${path} has no node`);
    const bytes = node.type === 'file' ? (await recording.content(state, file).all()).toString('latin1') : '';
    seen[path] = `${node.type} ${node.mode.toString(8)} ${node.nlink} ${node.target} ${node.mtimeNs} ${bytes}`;
    for (const entry of state.children(file)) await visit(`${path}/${entry.name}`, entry.file);
  };
  await visit('', 1);
  return seen;
}
