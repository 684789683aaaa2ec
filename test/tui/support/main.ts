/** The debugger in a process of its own, for tests in a real terminal: main.ts RECORDING [AT]. */
import { DkError } from '../../../src/errors.js';
import { openDebugger } from '../../../src/tui/index.js';
import * as all from './recordings.js';

const [name = '', at = '0'] = process.argv.slice(2);
const recordings = new Map(Object.entries(all));
const make = recordings.get(name);
if (make === undefined) throw new Error(`there is no recording ${name}`);
process.on('SIGUSR2', () => {
  throw new Error('crash on demand');
});
try {
  await openDebugger(await make(), { at: Number(at) });
  process.stdout.write('closed\n');
} catch (error) {
  process.stdout.write(`${error instanceof DkError ? `${error.message} ${error.hint}` : String(error)}\n`);
}
