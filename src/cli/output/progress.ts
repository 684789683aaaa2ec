const PATIENCE_MS = 1000;
const REDRAW_MS = 100;

/** A progress line on stderr for whatever takes more than a second; nothing when stderr is no terminal. */
export class Progress {
  private readonly stream: NodeJS.WritableStream & { isTTY?: boolean };
  private readonly what: string;
  private readonly started = Date.now();
  private drawn = 0;

  constructor(stream: NodeJS.WritableStream & { isTTY?: boolean }, what: string) {
    this.stream = stream;
    this.what = what;
  }

  /** `total` 0: not known. */
  update(done: number, total: number): void {
    const now = Date.now();
    if (this.stream.isTTY !== true || now - this.started < PATIENCE_MS || now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    if (total === 0) {
      this.stream.write(`\r${this.what} ${done}\u001b[K`);
      return;
    }
    const part = Math.min(1, done / total);
    const bar = '█'.repeat(Math.round(part * 20)).padEnd(20, '·');
    this.stream.write(`\r${this.what} ${bar} ${Math.floor(part * 100)}%\u001b[K`);
  }

  end(): void {
    if (this.drawn > 0) this.stream.write('\r\u001b[K');
    this.drawn = 0;
  }
}
