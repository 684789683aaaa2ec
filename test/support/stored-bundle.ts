import { join } from 'node:path';
import { exportBundle } from '../../src/bundle/export-bundle.js';
import { encodeBase } from './base-bytes.js';
import { storedRecording } from './stored-recording.js';
import { writeFileSync } from 'node:fs';

/** An honest bundle with written bytes, as dk exports it. */
export async function storedBundle(folder: string): Promise<string> {
  const { info, folder: recording, store } = await storedRecording(join(folder, 'home'));
  writeFileSync(join(recording, 'base.bin'), encodeBase('/w', { 'a/b': 'text', l: { target: 'a' } }));
  const file = join(folder, 'sample.dk.zip');
  await exportBundle({ info, folder: recording, blobs: store.blobs() }, file);
  store.close();
  return file;
}
