#!/usr/bin/env node
/** The entry: what `dk --version` does not need is loaded after it. */
import { version } from './version.js';

const [word] = process.argv.slice(2);
// Before the rest is loaded: stacks then name the sources.
if (process.env.DK_DEBUG === '1') process.setSourceMapsEnabled(true);
if (word === '--version' || word === '-V') process.stdout.write(`dk ${version()}\n`);
else await import('./program.js');
