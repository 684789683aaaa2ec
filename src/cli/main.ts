#!/usr/bin/env node
/** The entry: nothing is imported here that `dk --version` does not need. */
import { version } from './version.js';

const argv = process.argv.slice(2);
if (argv[0] === '--version' || argv[0] === '-V') {
  process.stdout.write(`dk ${version()}\n`);
} else {
  const { cli } = await import('./cli.js');
  const { exactArguments } = await import('./arguments.js');
  // While a command runs, its descriptors must stay as they are: Node's own streams are made only when they are asked for.
  const shares = argv[0] === 'run';
  const { sharedStream } = await import('./output/shared-stream.js');
  const code = await cli(exactArguments(argv), {
    get stdin() {
      return process.stdin;
    },
    stdout: shares ? sharedStream(1) : process.stdout,
    stderr: shares ? sharedStream(2) : process.stderr,
    env: process.env,
    cwd: process.cwd(),
    exitOnInterrupt: (deferred) => void process.on('SIGINT', () => deferred() || process.exit(130)),
  });
  process.exit(code);
}
