import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import { DkError } from '../../errors.js';
import { tryPrograms } from '../../capture/load-recorder.js';
import { onPath } from '../output/pager.js';

/** What the checks read of the machine; `root` lets tests bring their own /proc and /sys. */
export class Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly release: string;
  readonly arch: string;
  readonly uid: number;
  private readonly root: string;
  private readonly load: () => Promise<void>;

  /** `load`: loads the kernel programs and lets them go, or throws DkError. */
  constructor(
    env: NodeJS.ProcessEnv,
    given: { root?: string; release?: string; arch?: string; uid?: number; load?: () => Promise<void> } = {},
  ) {
    this.env = env;
    this.root = given.root ?? '/';
    this.release = given.release ?? release();
    this.arch = given.arch ?? arch();
    this.uid = given.uid ?? process.getuid?.() ?? 0;
    this.load = given.load ?? tryPrograms;
  }

  /** Text of a file, undefined when it cannot be read. */
  text(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Bytes of a file, undefined when it cannot be read. */
  bytes(path: string): Buffer | undefined {
    try {
      return readFileSync(join(this.root, path));
    } catch {
      return undefined;
    }
  }

  /** Why the kernel does not take the recording programs; undefined: it does. */
  async refusalOfPrograms(): Promise<DkError | undefined> {
    try {
      await this.load();
      return undefined;
    } catch (error) {
      if (error instanceof DkError) return error;
      throw error;
    }
  }

  readable(path: string): boolean {
    return this.may(path, constants.R_OK);
  }

  writable(path: string): boolean {
    return this.may(path, constants.W_OK);
  }

  /** Bytes that this user may still write there; undefined when the path does not exist. */
  freeBytes(path: string): number | undefined {
    try {
      const stat = statfsSync(join(this.root, path));
      return stat.bavail * stat.bsize;
    } catch {
      return undefined;
    }
  }

  has(program: string): boolean {
    return onPath(program, this.env);
  }

  /** First line of what the program prints; undefined when it fails or takes longer than two seconds. */
  firstLine(program: string, args: readonly string[]): Promise<string | undefined> {
    return new Promise((resolve) => {
      execFile(program, args, { timeout: 2000, env: this.env }, (error, stdout) => {
        resolve(error === null ? stdout.split('\n')[0] : undefined);
      });
    });
  }

  private may(path: string, mode: number): boolean {
    try {
      accessSync(join(this.root, path), mode);
      return true;
    } catch {
      return false;
    }
  }
}
