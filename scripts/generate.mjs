// Writes the generated files from their tables in src/; `--check` only reports stale ones.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importBundled } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { abiHeader, commandsMarkdown, eventsMarkdown, keysMarkdown } = await importBundled(`
  export { commandsMarkdown } from './src/cli/commands-markdown.ts';
  export { abiHeader } from './src/events/abi.ts';
  export { eventsMarkdown } from './src/events/kinds.ts';
  export { keysMarkdown } from './src/tui/keys-markdown.ts';
`);
const outputs = [
  ['bpf/gen/abi.h', abiHeader],
  ['docs/events.md', eventsMarkdown],
  ['docs/keys.md', keysMarkdown],
  ['docs/commands.md', commandsMarkdown],
];

let stale = 0;
for (const [file, make] of outputs) {
  const want = make();
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
