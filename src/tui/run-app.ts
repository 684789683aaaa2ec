import { render } from 'ink';
import { createElement, type ReactNode } from 'react';
import type { ReadStream, WriteStream } from 'node:tty';
import { DkError } from '../errors.js';
import { ThemeContext } from './hooks/use-theme.js';
import { Screen } from './screen.js';
import { createTheme } from './theme.js';

export interface Terminal {
  stdin?: ReadStream;
  stdout?: WriteStream;
}

/**
 * Shows an app on the alternate screen until it calls `done`, and gives the terminal back whatever happens:
 * q, signals, a crash, a terminal that goes away.
 */
export async function runApp<T>(
  terminal: Terminal,
  fallback: T,
  app: (screen: Screen, done: (result: T) => void) => ReactNode,
): Promise<T> {
  const stdin = terminal.stdin ?? process.stdin;
  const stdout = terminal.stdout ?? process.stdout;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new DkError('usage', 'The debugger needs a terminal.', 'Use `dk log`, `dk show` or `dk diff` instead.');
  }
  let result = fallback;
  let unmount = (): void => {};
  let deadly: NodeJS.Signals | undefined;
  const done = (value: T): void => {
    result = value;
    unmount();
  };
  const screen = new Screen(stdin, stdout, (signal) => {
    deadly = signal;
    unmount();
  });
  const hangUp = (): void => done(fallback);
  screen.enter();
  try {
    const element = createElement(ThemeContext.Provider, { value: createTheme(process.env) }, app(screen, done));
    // debug: Ink hands over every frame whole and writes no escape sequences of its own; Screen paints.
    const ink = render(element, { stdin, stdout: screen.stdout, debug: true, exitOnCtrlC: false, patchConsole: false });
    unmount = () => ink.unmount();
    stdin.on('end', hangUp).on('close', hangUp).on('error', hangUp);
    stdout.on('error', hangUp);
    await ink.waitUntilExit();
  } finally {
    stdin.off('end', hangUp).off('close', hangUp).off('error', hangUp);
    stdout.off('error', hangUp);
    screen.leave();
  }
  // With the handlers gone the signal does what it always does, and the exit status tells.
  if (deadly !== undefined) process.kill(process.pid, deadly);
  return result;
}
