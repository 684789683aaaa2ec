import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ID_SHAPE, manifestPath, parseInfo, readManifest, writeManifest } from '../../../src/catalog/manifest.js';
import { newRecordingId } from '../../../src/catalog/recording-id.js';
import type { RecordingInfo } from '../../../src/catalog/types.js';
import { newRecording } from '../../support/recording-info.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();

const info: RecordingInfo = {
  ...newRecording({ verified: { ok: true, differences: 0, paths: 3 } }),
  version: 1,
  id: 'b0000001',
  state: 'sealed',
  marks: [{ name: 'bug', seq: 7 }],
};

describe('manifest', () => {
  it('reads back what was written, names that are not UTF-8 included', () => {
    const folder = tempFolder();
    const odd = { ...info, argv: ['cat', 'a\udcff'], cwd: '/\udc80' };
    writeManifest(folder, odd);
    expect(readManifest(folder)).toStrictEqual(odd);
  });

  it.each([
    ['no JSON', '{"id": ', 'it is not JSON'],
    ['another JSON value', '[1]', 'it is not a JSON object'],
    ['a missing field', JSON.stringify({ ...info, argv: undefined }), 'its field "argv" is missing or impossible'],
    ['a wrong type', JSON.stringify({ ...info, events: '12' }), 'its field "events" is missing or impossible'],
    ['a path as id', JSON.stringify({ ...info, id: '../../etc' }), 'its field "id" is missing or impossible'],
    ['a wrong inner type', JSON.stringify({ ...info, marks: [{ name: 1, seq: 1 }] }), 'its field "marks" is missing'],
    ['negative counts', JSON.stringify({ ...info, gaps: -1 }), 'its field "gaps" is missing or impossible'],
  ])('names the file and the reason for %s', (_, text, reason) => {
    const folder = tempFolder();
    writeFileSync(manifestPath(folder), text);
    expect(() => readManifest(folder)).toThrow(`${manifestPath(folder)} is damaged: ${reason}`);
  });

  it('names both versions when it is of another', () => {
    expect(() => parseInfo(JSON.stringify({ ...info, version: 2 }), 'F')).toThrow(
      'F has format version 2, and this dk reads version 1.',
    );
  });

  it('drops fields that it does not know', () => {
    expect(parseInfo(JSON.stringify({ ...info, toString: 'x', more: 1 }), 'F')).toStrictEqual(info);
  });
});

describe('newRecordingId', () => {
  it('begins with a consonant and never looks like an event number', () => {
    const ids = new Set(Array.from({ length: 500 }, newRecordingId));
    expect(ids.size).toBe(500);
    for (const id of ids) expect(id).toMatch(ID_SHAPE);
  });
});
