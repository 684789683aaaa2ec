import type { Readable } from 'node:stream';
import type { Output, OutputStream } from '../output/output.js';
import type { Paint } from '../output/paint.js';

export interface OptionSpec<T extends 'flag' | 'value' | 'values' = 'flag' | 'value' | 'values'> {
  readonly type: T;
  /** As commander takes them: `-o, --output <FILE>`. */
  readonly flags: string;
  readonly about: string;
}
type Given<S> = S extends OptionSpec<'flag'> ? boolean : S extends OptionSpec<'values'> ? string[] : string | undefined;
export type GivenOptions<O> = { readonly [K in keyof O]: Given<O[K]> };
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The process around a command; tests bring their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: OutputStream;
  stderr: OutputStream;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Ends the process with 130 on Ctrl-C, unless `deferred()` says that somebody else deals with it. */
  exitOnInterrupt(deferred: () => boolean): void;
}

/** What every command gets. */
export interface Context {
  readonly io: Io;
  readonly out: Output;
  readonly paint: Paint;
  /** All of them, for the commands that tell about commands. */
  readonly commands: readonly CommandRow[];
  /** One line on stderr: `dk: text`. */
  notice(text: string): void;
  /** Any number at once. */
  notices(texts: readonly string[]): void;
}

export interface Operands {
  /** All of them, those behind `--` included. */
  readonly all: readonly string[];
  readonly before: readonly string[];
  /** What stood behind the first `--`; undefined when there was none. */
  readonly after: readonly string[] | undefined;
}

export interface Command {
  readonly options: OptionSpecs;
  /** What follows the first operand belongs to another program (`dk run CMD --its-option`). */
  readonly passThrough: boolean;
  /** True when Ctrl-C is the command's own business. */
  readonly ownsSignals: boolean;
  /** Exit code of every failure of dk itself, where it must not be taken for the recorded command's. */
  readonly failureCode: number | undefined;
  /** Shown below the options by `dk help` and in docs/commands.md. */
  readonly notes: string;
  /** Resolves to the exit code. */
  run(context: Context, operands: Operands, options: Readonly<Record<string, unknown>>): Promise<number>;
}

export interface CommandRow {
  readonly name: string;
  /** What follows the name in the usage line, options aside. */
  readonly operands: string;
  readonly summary: string;
  readonly command: Command;
}

interface CommandSpec<O extends OptionSpecs> {
  options: O;
  passThrough?: boolean;
  ownsSignals?: boolean;
  failureCode?: number;
  notes?: string;
  run(context: Context, operands: Operands, options: GivenOptions<O>): Promise<number>;
}

export const flag = (flags: string, about: string): OptionSpec<'flag'> => ({ type: 'flag', flags, about });
export const value = (flags: string, about: string): OptionSpec<'value'> => ({ type: 'value', flags, about });
/** May be given several times. */
export const values = (flags: string, about: string): OptionSpec<'values'> => ({ type: 'values', flags, about });
export const json = flag('--json', 'print JSON (docs/json.md)');

export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  return {
    options: spec.options,
    passThrough: spec.passThrough ?? false,
    ownsSignals: spec.ownsSignals ?? false,
    failureCode: spec.failureCode,
    notes: spec.notes ?? '',
    run: (context, operands, options) => spec.run(context, operands, options as GivenOptions<O>),
  };
}
