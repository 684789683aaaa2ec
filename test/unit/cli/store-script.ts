import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openStore } from '../../../src/catalog/store.js';
import type { RecordingInfo } from '../../../src/catalog/types.js';
import { createIndex } from '../../../src/index/open-index.js';
import { takeProof } from '../../../src/timeline/proof.js';
import { encodeProof } from '../../../src/timeline/proof-codec.js';
import type { TreeState } from '../../../src/timeline/state.js';
import { type Script, type ScriptOptions, scripted } from '../../support/scripted.js';

/**
 * Runs a script into the real stores of $DK_HOME, as a recording that has ended. `proofOf`: a folder that plays the part
 * of the working directory as it was at the end.
 */
export async function storeScript(
  home: string,
  options: ScriptOptions,
  play: (script: Script) => void,
  proofOf?: string,
): Promise<RecordingInfo> {
  const store = openStore(home, { create: true });
  const { info: draft } = await scripted(options, () => {});
  const { id } = store.create(draft);
  const folder = store.folderOf(id);
  const index = await createIndex(folder);
  const blobs = store.blobWriter();
  const made = await scripted(options, play, { writer: index.writer, reader: index.reader, blobs });
  if (proofOf !== undefined) {
    const state = (await made.recording.state(made.recording.length)) as TreeState;
    const locate = (path: string) => join(proofOf, relative(made.info.cwd, path));
    index.writer.putMeta('proof', encodeProof(takeProof(state, { locate })));
  }
  blobs.close();
  await index.seal();
  writeFileSync(join(folder, 'base.bin'), made.base);
  const { id: _, ...facts } = made.info;
  const info = store.update(id, (before) => ({ ...before, ...facts }));
  store.close();
  return info;
}
