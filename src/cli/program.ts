/** Runs the command line of this process, and ends it with the exit code. */
import { DkError } from '../errors.js';
import { exactArguments } from './arguments.js';
import { cli } from './cli.js';
import { sharedStream } from './output/shared-stream.js';

const argv = process.argv.slice(2);
// While a command runs, its descriptors must stay as they are: Node's own streams are made only when they are asked for.
const shares = argv[0] === 'run';
const code = await cli(exactArguments(argv), {
  get stdin() {
    return process.stdin;
  },
  stdout: shares ? sharedStream(1) : process.stdout,
  stderr: shares ? sharedStream(2) : process.stderr,
  env: process.env,
  get cwd() {
    return currentDirectory();
  },
  exitOnInterrupt: (deferred) => void process.on('SIGINT', () => deferred() || process.exit(130)),
});
process.exit(code);

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new DkError('usage', 'The current directory does not exist any more.', 'Change into one that exists.', cause);
  }
}
