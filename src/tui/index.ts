/**
 * The screen. Loaded on demand: React and Ink take a while, and most commands never need them.
 */
import type { Recording, RecordingInfo } from '../timeline/types.js';
import type { DebuggerOptions } from './open-debugger.js';
import type { Terminal } from './run-app.js';

export { keysMarkdown } from './keys-markdown.js';
export type { DebuggerOptions, Terminal };

/** The time-travel debugger, until the user quits. The recording stays open: whoever opened it closes it. */
export async function openDebugger(recording: Recording, options: DebuggerOptions = {}): Promise<void> {
  const app = await asInProduction(() => import('./open-debugger.js'));
  return app.openDebugger(recording, options);
}

/** Lets the user choose one of several recordings; null when they leave without. */
export async function chooseRecording(
  infos: readonly RecordingInfo[],
  terminal: Terminal = {},
): Promise<RecordingInfo | null> {
  const app = await asInProduction(() => import('./choose-recording.js'));
  return app.chooseRecording(infos, terminal);
}

/** React decides when it is loaded whether it also checks its user, at three times the cost of a frame. */
async function asInProduction<T>(load: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    return await load();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}
