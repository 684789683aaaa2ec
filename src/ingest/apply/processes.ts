import type { ProcessInfo } from '../../events/event.js';

/** Process ids to rows of the process table; a reused pid gets a new row. */
export class Processes {
  private readonly running = new Map<number, ProcessInfo>();
  private count = 0;

  constructor(
    /** Stores a row, again whenever it has changed. */
    private readonly put: (info: ProcessInfo) => void,
    /** The number that the next event will get. */
    private readonly nextSeq: () => number,
  ) {}

  /** The process that runs under this id; one that was never announced starts here. */
  of(pid: number): ProcessInfo {
    return this.running.get(pid) ?? this.start(pid, null);
  }

  start(pid: number, parent: ProcessInfo | null): ProcessInfo {
    this.count += 1;
    const info: ProcessInfo = {
      proc: this.count,
      pid,
      parent: parent?.proc ?? 0,
      argv: parent?.argv ?? [],
      exe: parent?.exe ?? '',
      cwd: parent?.cwd ?? '',
      firstSeq: this.nextSeq(),
      lastSeq: 0,
    };
    this.running.set(pid, info);
    this.put(info);
    return info;
  }

  exec(pid: number, program: { argv: string[]; exe: string; cwd: string }): void {
    const info = { ...this.of(pid), ...program };
    this.running.set(pid, info);
    this.put(info);
  }

  end(pid: number): void {
    const info = this.running.get(pid);
    if (info === undefined) return;
    this.running.delete(pid);
    this.put({ ...info, lastSeq: this.nextSeq() - 1 });
  }
}
