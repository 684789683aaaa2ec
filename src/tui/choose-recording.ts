import { createElement } from 'react';
import type { RecordingInfo } from '../timeline/types.js';
import { Chooser } from './components/Chooser.js';
import { runApp, type Terminal } from './run-app.js';

/** Lets the user choose one of several recordings; null when they leave without. */
export function chooseRecording(
  infos: readonly RecordingInfo[],
  terminal: Terminal = {},
): Promise<RecordingInfo | null> {
  return runApp<RecordingInfo | null>(terminal, null, (screen, done) =>
    createElement(Chooser, { infos, size: screen.size, onChoose: done }),
  );
}
