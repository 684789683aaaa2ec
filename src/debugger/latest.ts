/**
 * Keeps a slow load behind a fast finger: at most one load runs, and of the requests that arrive meanwhile only the
 * newest runs next. A load that has been overtaken for long enough should give up (`isStale`).
 */
const PATIENCE_MS = 120;

export type Load<Request, Result> = (
  request: Request,
  publish: (result: Result) => void,
  isStale: () => boolean,
) => Promise<void>;

export class Latest<Request, Result> {
  #load: Load<Request, Result>;
  #publish: (result: Result) => void;
  #fail: (error: unknown) => void;
  #next: { request: Request } | undefined;
  #running: Promise<void> | undefined;

  constructor(load: Load<Request, Result>, publish: (result: Result) => void, fail: (error: unknown) => void) {
    this.#load = load;
    this.#publish = publish;
    this.#fail = fail;
  }

  request(request: Request): void {
    this.#next = { request };
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is running or wanted. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const { request } = this.#next;
      this.#next = undefined;
      const startedMs = performance.now();
      const isStale = (): boolean => this.#next !== undefined && performance.now() - startedMs > PATIENCE_MS;
      try {
        await this.#load(request, this.#publish, isStale);
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#running = undefined;
  }
}
