// Writes the generated files from their tables in src/; `--check` only reports stale ones.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBundled } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tables = await importBundled(`
  export { commandsMarkdown } from './src/cli/commands-markdown.ts';
  export { abiHeader } from './src/events/abi.ts';
  export { eventsMarkdown } from './src/events/kinds.ts';
  export { limitsMarkdown } from './src/events/limits.ts';
  export { pseudoHeader } from './src/linux/pseudo-filesystems.ts';
  export { bpfCallsHeader } from './src/syscalls/bpf-header.ts';
  export { dispatchHeader, guardHeader } from './src/syscalls/native-headers.ts';
  export { syscallsMarkdown } from './src/syscalls/syscalls-markdown.ts';
  export { keysMarkdown } from './src/tui/keys-markdown.ts';
`);
const DUAL = 'BSD-2-Clause OR GPL-2.0';
const outputs = [
  ['bpf/gen/abi.h', tables.abiHeader],
  ['bpf/gen/calls.h', tables.bpfCallsHeader],
  ['bpf/gen/pseudo-filesystems.h', () => tables.pseudoHeader(DUAL)],
  ['addon/gen/dispatch.h', tables.dispatchHeader],
  ['addon/launcher/gen/guarded-calls.h', tables.guardHeader],
  ['addon/launcher/gen/pseudo-filesystems.h', () => tables.pseudoHeader()],
  ['docs/events.md', tables.eventsMarkdown],
  ['docs/system-calls.md', tables.syscallsMarkdown],
  ['docs/format-limits.md', tables.limitsMarkdown],
  ['docs/keys.md', tables.keysMarkdown],
  ['docs/commands.md', tables.commandsMarkdown],
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
    mkdirSync(dirname(root + file), { recursive: true });
    writeFileSync(root + file, want);
    console.error(`wrote ${file}`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
