/** The debugger in a process of its own, for tests in a real terminal: main.ts RECORDING [AT]. */
import { DkError } from '../../../src/errors.js';
import { openDebugger } from '../../../src/tui/index.js';
import * as recordings from './recordings.js';

const [name = '', at = '0'] = process.argv.slice(2);
const make = recordings[name as keyof typeof recordings];
process.on('SIGUSR2', () => {
  throw new Error('crash on demand');
});
try {
  await openDebugger(await make(), { at: Number(at) });
  process.stdout.write('closed\n');
} catch (error) {
  process.stdout.write(`${error instanceof DkError ? `${error.message} ${error.hint}` : String(error)}\n`);
}
