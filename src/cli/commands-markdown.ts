import { COMMANDS } from './commands/index.js';
import { commandHelp, overview } from './help.js';

/** docs/commands.md. */
export function commandsMarkdown(): string {
  const head = '# Commands\n\nGenerated from `src/cli/commands/`; do not edit.';
  const sections = [head, fenced(overview(COMMANDS))];
  for (const row of COMMANDS) sections.push(`## dk ${row.name}`, fenced(commandHelp(row)));
  return `${sections.join('\n\n')}\n`;
}

function fenced(text: string): string {
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``;
}
