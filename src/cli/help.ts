import type { CommandRow } from './commands/command.js';
import { parserFor } from './parser.js';

const REFERENCES = `References
  recording  @ or @last the newest · @2 the one before · an id or its beginning · a label · a bundle file. Default: @last
  event      120 or #120 · start · end · -5 before the end · 50% · 2.5s, 1m02s, 340ms since the start · 'mark
  path       absolute, or relative to the directory the command ran in; globs as in .gitignore
`;

/** `dk help` */
export function overview(commands: readonly CommandRow[]): string {
  const width = Math.max(...commands.map((row) => usage(row).length));
  const rows = commands.map((row) => `  ${usage(row).padEnd(width)}  ${row.summary}`);
  return `dk records every change a command makes to the filesystem, and walks through them.

Usage: dk COMMAND [ARG…]

${rows.join('\n')}

${REFERENCES}
dk help COMMAND tells more; dk --version prints the version.
`;
}

/** `dk help COMMAND` */
export function commandHelp(row: CommandRow): string {
  const { notes: text } = row.command;
  const notes = text === '' ? '' : `\n${text.trim()}\n`;
  const parser = parserFor(row).configureHelp({ visibleArguments: () => [] });
  return `${parser.helpInformation().trimEnd()}\n${notes}`;
}

function usage(row: CommandRow): string {
  return `${row.name} ${row.operands}`.trimEnd();
}
