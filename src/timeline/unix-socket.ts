import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { DkError } from '../errors.js';
import type { SafeDir } from './safe-dir.js';

/** sun_path of unix(7), without the terminating zero. */
const MOST_PATH_BYTES = 107;
const TEMPORARY = '.dk-socket';

/** Makes a socket node that nobody listens on. */
export async function makeSocket(dir: SafeDir, name: string): Promise<void> {
  const path = dir.at(name);
  const temporary = dir.at(TEMPORARY);
  if (temporary.length > MOST_PATH_BYTES) throw new DkError('unsupported', 'The path is too long.', 'It is left out.');
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(temporary.toString(), resolve);
  });
  // Closing removes the name that it listened on, which is then no longer there.
  renameSync(temporary, path);
  await new Promise((resolve) => server.close(resolve));
}
