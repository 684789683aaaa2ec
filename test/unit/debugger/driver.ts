import { Debugger } from '../../../src/debugger/debugger.js';
import type { Frame } from '../../../src/debugger/frame.js';
import type { Recording } from '../../../src/timeline/types.js';
import { type Script, scripted, type ScriptOptions } from '../../support/scripted.js';

/** A debugger on a recording, with what a person would read from its panes. */
export class Driver {
  readonly debug: Debugger;

  constructor(recording: Recording) {
    this.debug = new Debugger(recording);
  }

  static async play(options: ScriptOptions, play: (script: Script) => void): Promise<Driver> {
    const { recording } = await scripted(options, play);
    const driver = new Driver(recording);
    await driver.debug.open();
    return driver;
  }

  get frame(): Frame {
    const { frame } = this.debug.snapshot;
    if (frame === undefined) throw new Error('no frame is loaded');
    return frame;
  }

  get at(): number {
    return this.debug.snapshot.playhead;
  }

  /** `seq op path`, one row an event. */
  get events(): string[] {
    return this.frame.rows.map((row) =>
      `${row.seq} ${row.text?.op ?? 'base'} ${this.debug.paths.show(row.text?.path ?? '')}`.trim(),
    );
  }

  /** Indented names, each with its letter, • for touched, ~ for gone. */
  get tree(): string[] {
    return this.frame.tree.map((row) => {
      const mark = row.letter ?? (row.touched ? '•' : ' ');
      const name = row.gone ? `~${row.name}~` : row.name;
      return `${mark} ${'  '.repeat(row.depth)}${row.type === 'dir' ? (row.open ? '▾' : '▸') : ''}${name}`;
    });
  }

  /** Path of the selected file and its lines with their signs; facts in brackets before them. */
  get file(): string[] {
    const { main } = this.frame;
    if (main.kind !== 'file') return [`<${main.kind}>`];
    const { view } = main;
    const head = [this.debug.paths.show(view.path), ...view.facts.map((fact) => `[${fact}]`)];
    if (view.comparedWith !== '') head.push(`[${view.comparedWith}]`);
    if (view.body.kind === 'note') return [...head, ...view.body.lines];
    if (view.body.kind === 'hex') return [...head, `hex ${view.body.after.bytes.toString('hex')}`];
    return [...head, ...view.body.lines.map((line) => line.sign + line.text)];
  }
}
