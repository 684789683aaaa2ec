import { beforeAll } from 'vitest';
import type { RecordingInfo } from '../../../../src/catalog/types.js';
import type { Script, ScriptOptions } from '../../../support/scripted.js';
import { storeScript } from '../store-script.js';
import { tempFolders } from '../../../support/temp-folder.js';
import { type Result, type RunOptions, runCli } from '../run-cli.js';

export interface Fixture {
  readonly home: string;
  readonly info: RecordingInfo;
  folder(): string;
  /** One command line; words are split at spaces unless given as a list. */
  dk(line: string | readonly string[], options?: Partial<RunOptions>): Promise<Result>;
}

/** A store of its own with one recording, for all tests of a file. */
export function withStored(options: ScriptOptions, play: (script: Script) => void): Fixture {
  const folder = tempFolders();
  let home = '';
  let info: RecordingInfo | undefined;
  beforeAll(async () => {
    home = folder();
    info = await storeScript(home, options, play);
  });
  return {
    folder,
    get home() {
      return home;
    },
    get info() {
      if (info === undefined) throw new Error('the recording is made before the tests');
      return info;
    },
    dk: (line, given) => runCli(typeof line === 'string' ? line.split(' ') : line, { home, ...given }),
  };
}
