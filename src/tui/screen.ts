/**
 * Owns the terminal while the debugger is up: alternate buffer, cursor, line wrap, and the painting of frames.
 * Ink lays out and hands over whole frames (`stdout`); only lines that differ are written, each at its own place, and
 * never more lines than the terminal has. Every way out of the process gives the terminal back.
 */
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { widthOf } from './printable.js';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[H\u001b[2J';
const LEAVE = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
const BEGIN_UPDATE = '\u001b[?2026h';
const END_UPDATE = '\u001b[?2026l';
const SGR = /\u001b\[[0-9;]*m/g;
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/** The signal to stop arrives within this time, or never. */
const STOP_PATIENCE_MS = 100;

export interface Size {
  columns: number;
  rows: number;
}

export class Screen {
  /** What Ink writes to: one complete frame per write. */
  readonly stdout: WriteStream;
  #stdin: ReadStream;
  #terminal: WriteStream;
  #lines: string[] = [];
  #frame = '';
  #active = false;
  #suspended = false;
  #onResize = new Set<(size: Size) => void>();
  #onSignal: (signal: NodeJS.Signals) => void;

  /** `onSignal` is told after the terminal is restored; it ends the process or the debugger. */
  constructor(stdin: ReadStream, terminal: WriteStream, onSignal: (signal: NodeJS.Signals) => void) {
    this.#stdin = stdin;
    this.#terminal = terminal;
    this.#onSignal = onSignal;
    this.stdout = this.#frameStream();
  }

  get size(): Size {
    return { columns: this.#terminal.columns || 80, rows: this.#terminal.rows || 24 };
  }

  enter(): void {
    if (this.#active) return;
    this.#active = true;
    // Before anything can be seen: a key pressed at the first sight of the screen must not act on the shell's terms.
    this.#setRawMode(true);
    this.#terminal.write(ENTER);
    this.#terminal.on('resize', this.#resized);
    process.on('exit', this.leave);
    process.on('uncaughtExceptionMonitor', this.leave);
    process.on('SIGCONT', this.#continued);
    for (const signal of SIGNALS) process.on(signal, this.#signalled);
  }

  /** Idempotent, synchronous, safe at any moment. */
  readonly leave = (): void => {
    if (!this.#active) return;
    this.#active = false;
    process.off('exit', this.leave);
    process.off('uncaughtExceptionMonitor', this.leave);
    process.off('SIGCONT', this.#continued);
    for (const signal of SIGNALS) process.off(signal, this.#signalled);
    this.#terminal.off('resize', this.#resized);
    this.#write(LEAVE);
    this.#setRawMode(false);
  };

  onResize(listener: (size: Size) => void): () => void {
    this.#onResize.add(listener);
    return () => this.#onResize.delete(listener);
  }

  /** Paints everything anew, whatever the terminal shows. */
  redraw(): void {
    this.#lines = [];
    if (this.#active) this.#paint(this.#frame, '\u001b[0m\u001b[H\u001b[2J');
  }

  /** Ctrl-Z: gives the terminal back to the shell until `fg`. */
  suspend(): void {
    this.#suspended = true;
    this.#write(LEAVE);
    this.#setRawMode(false);
    // To the whole job, as the terminal itself would; nobody is stopped where no shell could continue it.
    process.kill(0, 'SIGTSTP');
    setTimeout(this.#continued, STOP_PATIENCE_MS);
  }

  readonly #continued = (): void => {
    if (!this.#suspended || !this.#active) return;
    this.#suspended = false;
    this.#setRawMode(true);
    this.#write(ENTER);
    this.#resized();
  };

  readonly #signalled = (signal: NodeJS.Signals): void => {
    this.leave();
    this.#onSignal(signal);
  };

  readonly #resized = (): void => {
    this.#lines = [];
    this.#write('\u001b[0m\u001b[2J');
    for (const listener of this.#onResize) listener(this.size);
    this.redraw();
  };

  #frameStream(): WriteStream {
    const write = (frame: string): void => {
      if (frame === '' || !this.#active) return;
      this.#frame = frame;
      this.#paint(frame, '');
    };
    const stream = new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        write(chunk.toString());
        done();
      },
    });
    const size = (): Size => this.size;
    // Not a TTY to Ink: it then neither hides the cursor nor asks the terminal questions through this stream.
    Object.defineProperties(stream, {
      columns: { get: () => size().columns },
      rows: { get: () => size().rows },
      isTTY: { value: false },
    });
    return stream as unknown as WriteStream;
  }

  #paint(frame: string, before: string): void {
    const { columns, rows } = this.size;
    const next = frame.split('\n').slice(0, rows);
    let out = before;
    for (let row = 0; row < rows; row++) {
      const line = next[row] ?? '';
      if (line === this.#lines[row]) continue;
      // Erasing after a line that fills the terminal would take its last character with it.
      const erase = widthOf(line.replace(SGR, '')) < columns ? '\u001b[K' : '';
      out += `\u001b[${row + 1};1H\u001b[0m${line}\u001b[0m${erase}`;
    }
    this.#lines = Array.from({ length: rows }, (_, row) => next[row] ?? '');
    if (out !== '') this.#write(BEGIN_UPDATE + out + END_UPDATE);
  }

  /** The terminal may be gone already (hang-up); there is nothing left to restore then. */
  #write(text: string): void {
    try {
      this.#terminal.write(text);
    } catch {
      this.#active = false;
    }
  }

  #setRawMode(raw: boolean): void {
    try {
      this.#stdin.setRawMode(raw);
    } catch {
      // The terminal is gone; so is its mode.
    }
  }
}
