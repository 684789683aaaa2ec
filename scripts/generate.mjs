// Writes the generated files from their tables; `--check` only reports stale ones. Run after set-up: it reads dist/.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandsMarkdown } from '../dist/cli/commands-markdown.js';
import { abiHeader } from '../dist/events/abi.js';
import { eventsMarkdown } from '../dist/events/kinds.js';
import { keysMarkdown } from '../dist/tui/keys-markdown.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const outputs = [
  ['bpf/gen/abi.h', abiHeader],
  ['docs/events.md', eventsMarkdown],
  ['docs/keys.md', keysMarkdown],
  ['docs/commands.md', commandsMarkdown],
];

let stale = 0;
for (const [file, make] of outputs) {
  const want = await make();
  const have = existsSync(root + file) ? readFileSync(root + file, 'utf8') : '';
  if (want === have) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is stale: run \`npm run generate\`.`);
    stale += 1;
  } else {
    writeFileSync(root + file, want);
    console.error(`wrote ${file}`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
