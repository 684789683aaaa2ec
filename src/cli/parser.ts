import { Option, Command as Parser } from 'commander';
import type { Command, CommandRow, OptionSpec } from './commands/command.js';

/** The same everywhere, because docs/commands.md is made of it. */
const HELP_COLUMNS = 100;

/** The commander side of a command: its options, and the text of its help. */
export function parserFor(row: CommandRow): Parser {
  const { command } = row;
  const parser = new Parser(`dk ${row.name}`)
    .description(row.summary)
    .usage((command.passThrough ? `[options] ${row.operands}` : `${row.operands} [options]`).trim())
    .argument('[operands...]')
    .allowExcessArguments(true)
    .passThroughOptions(command.passThrough)
    .helpOption('-h, --help', 'show this help')
    .configureOutput({ writeOut: () => {}, writeErr: () => {}, getOutHelpWidth: () => HELP_COLUMNS })
    .exitOverride();
  for (const spec of Object.values(command.options)) parser.addOption(toOption(spec));
  return parser;
}

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.about);
  if (spec.type !== 'values') return option;
  return option.argParser((text: string, list: string[] | undefined) => [...(list ?? []), text]);
}

export function givenOptions(command: Command, raw: Record<string, unknown>): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(command.options)) {
    const option = toOption(spec);
    const found = raw[option.attributeName()];
    if (spec.type === 'flag') given[key] = option.negate ? found === false : found === true;
    else given[key] = spec.type === 'values' ? (found ?? []) : found;
  }
  return given;
}
