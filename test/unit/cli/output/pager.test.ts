import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startPager } from '../../../../src/cli/output/pager.js';
import { tempFolders } from '../../../support/temp-folder.js';

const temp = tempFolders();

/** The command that is started for a $PAGER, where PATH has the programs named. */
function commandFor(pager: string | undefined, ...programs: string[]): string | undefined {
  const PATH = temp();
  for (const name of programs) {
    writeFileSync(join(PATH, name), '#!/bin/sh\n');
    chmodSync(join(PATH, name), 0o755);
  }
  const started = startPager({ PATH, PAGER: pager });
  started?.stdin?.end();
  return started?.spawnargs[2];
}

describe('the pager', () => {
  it('is $PAGER', () => {
    expect(commandFor('most -s', 'less', 'most')).toBe('most -s');
    expect(commandFor('A=1 unknown-to-us', 'less')).toBe('A=1 unknown-to-us');
  });

  it('is less where $PAGER is not set or names a program that is not there', () => {
    expect(commandFor(undefined, 'less')).toBe('less -FRX');
    expect(commandFor('missing -s', 'less')).toBe('less -FRX');
    expect(commandFor('/no/such/pager', 'less')).toBe('less -FRX');
  });

  it('is none where there is no program, or none is wanted', () => {
    expect(commandFor('missing')).toBeUndefined();
    expect(commandFor(undefined)).toBeUndefined();
    expect(commandFor('', 'less')).toBeUndefined();
    expect(commandFor('cat', 'less', 'cat')).toBeUndefined();
  });
});
