import { CommanderError } from 'commander';
import { DkError } from '../errors.js';
import type { CommandRow, Context, Io, Operands } from './commands/command.js';
import { COMMANDS } from './commands/index.js';
import { makeContext } from './context.js';
import { commandHelp, overview } from './help.js';
import { nearest } from './nearest.js';
import { givenOptions, parserFor } from './parser.js';
import { report } from './report.js';

/** Runs one command line; resolves to the exit code. Never rejects. */
export async function cli(argv: readonly string[], io: Io): Promise<number> {
  const context = makeContext(io, COMMANDS);
  const row = COMMANDS.find((candidate) => candidate.name === argv[0]);
  const failureCode = row?.command.failureCode;
  let code: number;
  try {
    code = await (row === undefined ? withoutCommand(argv, context) : runCommand(row, argv.slice(1), context));
  } catch (error) {
    code = report(error, context, failureCode);
  }
  try {
    await context.out.close();
  } catch (error) {
    code = report(error, context, failureCode);
  }
  return code;
}

async function runCommand(row: CommandRow, argv: readonly string[], context: Context): Promise<number> {
  const { command } = row;
  if (!command.ownsSignals) context.io.exitOnInterrupt(() => context.out.paging);
  const parsed = parse(row, argv);
  if (parsed === 'help') {
    await context.out.write(commandHelp(row));
    return 0;
  }
  return command.run(context, parsed.operands, parsed.options);
}

/** `dk`, `dk help [COMMAND]`, `dk --help`, or a word that is no command. */
async function withoutCommand(argv: readonly string[], context: Context): Promise<number> {
  const [word, about] = argv;
  if (word === undefined) {
    context.io.stderr.write(overview(COMMANDS));
    return 2;
  }
  if (word !== 'help' && word !== '--help' && word !== '-h') throw noSuchCommand(word);
  if (about === undefined) {
    await context.out.write(overview(COMMANDS));
    return 0;
  }
  const row = COMMANDS.find((candidate) => candidate.name === about);
  if (row === undefined) throw noSuchCommand(about);
  await context.out.write(commandHelp(row));
  return 0;
}

function noSuchCommand(word: string): DkError {
  const names = COMMANDS.map((row) => row.name);
  const close = nearest(word, names, 1)[0];
  const what = word.startsWith('-') ? 'option' : 'command';
  const hint =
    close === undefined ? 'See them all with: dk help' : `Did you mean \`dk ${close}\`? See them all with: dk help`;
  return new DkError('usage', `dk has no ${what} "${word}".`, hint);
}

interface Parsed {
  operands: Operands;
  options: Record<string, unknown>;
}

/** Everything behind the first `--` is kept apart, before commander takes the mark away. */
function parse(row: CommandRow, argv: readonly string[]): Parsed | 'help' {
  const { command } = row;
  const dashes = command.passThrough ? -1 : argv.indexOf('--');
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const after = dashes < 0 ? undefined : argv.slice(dashes + 1);
  const parser = parserFor(row);
  try {
    parser.parse([...own], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return 'help';
    const text = error.message.replace(/^error: /, '').replace(/\s+/g, ' ');
    throw new DkError(
      'usage',
      `dk ${row.name}: ${text}.`.replace('?).', '?)'),
      `See how it is used with: dk help ${row.name}`,
    );
  }
  const before = parser.args;
  return {
    operands: { before, after, all: [...before, ...(after ?? [])] },
    options: givenOptions(command, parser.opts()),
  };
}
