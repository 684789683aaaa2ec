#!/usr/bin/env node
/** The entry: nothing is imported here that `dk --version` does not need. */
import { version } from './version.js';

const argv = process.argv.slice(2);
if (argv[0] === '--version' || argv[0] === '-V') {
  process.stdout.write(`dk ${version()}\n`);
} else {
  const { cli } = await import('./cli.js');
  const { exactArguments } = await import('./arguments.js');
  const code = await cli(exactArguments(argv), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    exitOnInterrupt: (deferred) => void process.on('SIGINT', () => deferred() || process.exit(130)),
  });
  process.exit(code);
}
