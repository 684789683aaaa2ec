import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { DkError } from '../errors.js';
import { toBytes } from '../events/byte-string.js';

const DIR_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const NEW_FILE_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * An open directory that names are made in, one component at a time: what openat(2) and its kin do, through
 * /proc/self/fd. No name of a recording is ever part of a longer path, so that none can lead out of the directory,
 * whatever symbolic links the recording made before.
 */
export class SafeDir {
  private constructor(readonly fd: number) {}

  /** A directory that the user named; DkError when it is none. */
  static openRoot(path: string): SafeDir {
    try {
      return new SafeDir(openSync(toBytes(path), constants.O_RDONLY | constants.O_DIRECTORY));
    } catch (cause) {
      throw new DkError('io', `${path} cannot be opened as a directory.`, 'Choose another place with --to.', cause);
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  isEmpty(): boolean {
    return readdirSync(this.self()).length === 0;
  }

  /** The directory itself, for calls that take a path. */
  self(): Buffer {
    return Buffer.from(`/proc/${process.pid}/fd/${this.fd}/.`);
  }

  /** The entry, for calls that do not follow a link there. DkError for what cannot be a name. */
  at(name: string): Buffer {
    const bytes = toBytes(name);
    if (name === '' || name === '.' || name === '..' || bytes.includes(0x2f) || bytes.includes(0)) {
      throw new DkError('damaged', 'A name in the recording is not one that a file can have.', 'It is left out.');
    }
    // By process id: some calls are made by a child process.
    return Buffer.concat([Buffer.from(`/proc/${process.pid}/fd/${this.fd}/`), bytes]);
  }

  /** A subdirectory, made when it is not there. */
  enter(name: string): SafeDir {
    const path = this.at(name);
    try {
      mkdirSync(path, 0o700);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    return new SafeDir(openSync(path, DIR_FLAGS));
  }

  /** Which directory this is. */
  identity(): string {
    const { dev, ino } = fstatSync(this.fd, { bigint: true });
    return `${dev}:${ino}`;
  }

  /** The directory above, opened by this one. DkError when it is not `identity`: somebody moved this one meanwhile. */
  above(identity: string): SafeDir {
    const dir = new SafeDir(openSync(Buffer.from(`/proc/${process.pid}/fd/${this.fd}/..`), DIR_FLAGS));
    if (dir.identity() === identity) return dir;
    dir.close();
    throw new DkError(
      'io',
      'A directory was moved while it was filled.',
      'Check out into a folder that nobody else uses.',
    );
  }

  /** A file descriptor of a new, empty file. */
  create(name: string): number {
    return openSync(this.at(name), NEW_FILE_FLAGS, 0o600);
  }

  symlink(target: string, name: string): void {
    symlinkSync(toBytes(target), this.at(name));
  }

  link(name: string, from: SafeDir, fromName: string): void {
    linkSync(from.at(fromName), this.at(name));
  }

  /** Takes away what stands at the name, unless it is a directory that is to be one. */
  clear(name: string, options: { keepDir: boolean }): void {
    const path = this.at(name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || (stat.isDirectory() && options.keepDir)) return;
    if (stat.isDirectory()) rmdirSync(path);
    else unlinkSync(path);
  }
}
