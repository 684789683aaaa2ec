import { Readable, Writable } from 'node:stream';
import { cli } from '../../../src/cli/cli.js';

export interface Result {
  code: number;
  stdout: string;
  /** stdout before it was taken for UTF-8. */
  bytes: Buffer;
  stderr: string;
}

export interface RunOptions {
  home: string;
  cwd?: string;
  /** stdout and stderr claim to be terminals; the pager is `cat`. */
  tty?: boolean;
  env?: NodeJS.ProcessEnv;
}

class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  isTTY: boolean;
  columns = 80;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
}

/** Runs one command line in this process, with streams of its own. */
export async function runCli(args: readonly string[], options: RunOptions): Promise<Result> {
  const [stdout, stderr] = [new Sink(options.tty === true), new Sink(options.tty === true)];
  const code = await cli(args, {
    stdin: Object.assign(Readable.from([]), { isTTY: options.tty === true }),
    stdout,
    stderr,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', DK_HOME: options.home, PAGER: 'cat', ...options.env },
    cwd: options.cwd ?? '/',
    exitOnInterrupt: () => {},
  });
  const bytes = Buffer.concat(stdout.chunks);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(stderr.chunks).toString() };
}
