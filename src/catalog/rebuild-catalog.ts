import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openFile } from '../cas/random-access.js';
import { scanPack } from '../cas/scan-pack.js';
import { DkError } from '../errors.js';
import type { Catalog } from './catalog.js';
import type { RecordingInfo } from './types.js';

/** Fills a new catalogue from what packs and manifests say. Packs that are damaged give what is whole in them. */
export function rebuildCatalog(catalog: Catalog, packsFolder: string, recordings: readonly RecordingInfo[]): void {
  const names = existsSync(packsFolder) ? readdirSync(packsFolder) : [];
  for (const pack of names.filter((name) => name.endsWith('.pack'))) addPack(catalog, join(packsFolder, pack), pack);
  for (const info of recordings) catalog.putRecording(info);
}

function addPack(catalog: Catalog, path: string, pack: string): void {
  const file = openFile(path);
  try {
    catalog.add([...scanPack(file, pack)].flatMap((found) => (found.kind === 'object' ? [found.object] : [])));
  } catch (error) {
    // Not a pack at all: its objects will be missed by name when they are read.
    if (!(error instanceof DkError)) throw error;
  } finally {
    file.close();
  }
}
