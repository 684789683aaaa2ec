import { createElement } from 'react';
import { Debugger } from '../debugger/debugger.js';
import type { Recording } from '../timeline/types.js';
import { App } from './components/App.js';
import { Controller } from './controller.js';
import { runApp, type Terminal } from './run-app.js';

export interface DebuggerOptions extends Terminal {
  /** Where the playhead stands first; the base (0) when left out. */
  at?: number;
}

/** The time-travel debugger, until the user quits. The recording stays open: whoever opened it closes it. */
export async function openDebugger(recording: Recording, options: DebuggerOptions = {}): Promise<void> {
  const debug = new Debugger(recording);
  await runApp<void>(options, undefined, (screen, done) => {
    const controller = new Controller({ debugger: debug, size: screen.size, screen, quit: () => done() });
    screen.onResize((size) => controller.resize(size));
    void debug.open(options.at ?? 0);
    return createElement(App, { controller });
  });
}
