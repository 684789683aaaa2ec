import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes folders that go away with the test file. */
export function tempFolders(): () => string {
  const made: string[] = [];
  afterAll(() => {
    // Node's own removal fails below directories that no path reaches.
    if (made.length > 0) execFileSync('rm', ['-rf', '--', ...made]);
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'dk-test-'));
    made.push(folder);
    return folder;
  };
}
