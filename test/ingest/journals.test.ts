/** Real journals, replayed to exact events without root and without the tree that they are about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replayFixture } from '../support/journal-fixture.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const FOLDER = join(import.meta.dirname, 'journals');
const NAMES = readdirSync(FOLDER).flatMap((file) => /^(.*)\.journal\.zst$/.exec(file)?.[1] ?? []);

describe('each journal gives its events', () => {
  test.each(NAMES)('%s', async (name) => {
    const expected = readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    const fixture = join(FOLDER, `${name}.journal.zst`);
    expect(await replayFixture(fixture, newFolder())).toEqual(expected);
    // The ingest thread takes what there is, however little.
    expect(await replayFixture(fixture, newFolder(), 1)).toEqual(expected);
  });
});
