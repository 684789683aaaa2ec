/** Real journals, replayed to exact events without root and without the tree that they are about. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replayFixture } from '../support/journal-fixture.js';
import { tempFolders } from '../support/temp-folder.js';

const newFolder = tempFolders();
const FOLDER = join(import.meta.dirname, 'journals');
const NAMES = readdirSync(FOLDER).flatMap((file) => /^(.*)\.journal\.zst$/.exec(file)?.[1] ?? []);

describe('each journal gives its events', () => {
  // The ingest thread takes what there is, however little.
  test.each(NAMES.flatMap((name) => [[name, 64] as const, [name, 1] as const]))(
    '%s, %d frames at once',
    async (name, frames) => {
      const { events, expected } = await replayFixture(join(FOLDER, `${name}.journal.zst`), newFolder(), frames);
      expect(events).toEqual(expected);
    },
  );
});
