import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/catalog/store.js';
import type { RecordingInfo } from '../../../src/catalog/types.js';
import { createIndex } from '../../../src/index/open-index.js';
import { type Script, type ScriptOptions, scripted } from '../../support/scripted.js';

/** Runs a script into the real stores of $DK_HOME, as a recording that has ended. */
export async function storeScript(
  home: string,
  options: ScriptOptions,
  play: (script: Script) => void,
): Promise<RecordingInfo> {
  const store = openStore(home, { create: true });
  const { info: draft } = await scripted(options, () => {});
  const { id } = store.create(draft);
  const folder = store.folderOf(id);
  const index = await createIndex(folder);
  const blobs = store.blobWriter();
  const made = await scripted(options, play, { writer: index.writer, reader: index.reader, blobs });
  blobs.close();
  await index.seal();
  writeFileSync(join(folder, 'base.bin'), made.base);
  const { id: _, ...facts } = made.info;
  const info = store.update(id, (before) => ({ ...before, ...facts }));
  store.close();
  return info;
}
