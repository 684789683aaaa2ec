export type { Context, Io } from './commands/command.js';
import type { CommandRow, Context, Io } from './commands/command.js';
import { Output } from './output/output.js';
import { paintFor } from './output/paint.js';

export function makeContext(io: Io, commands: readonly CommandRow[]): Context {
  return {
    io,
    commands,
    out: new Output(io.stdout),
    paint: paintFor(io.stdout, io.env),
    notice: (text) => void io.stderr.write(`dk: ${text}\n`),
    notices: (texts) => void io.stderr.write(texts.map((text) => `dk: ${text}\n`).join('')),
  };
}
