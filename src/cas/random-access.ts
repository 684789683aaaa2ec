/** A file, or a range of one, that is read in place: a table in the store, or one inside a bundle. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { DkError } from '../errors.js';
import { openPlain } from './plain-files.js';

export interface RandomAccess {
  /** For messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Exactly the bytes asked for; DkError 'damaged' when the file ends before. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

export function openFile(path: string): RandomAccess {
  let fd: number;
  try {
    fd = openPlain(path);
  } catch (cause) {
    if (cause instanceof DkError) throw cause;
    throw new DkError(
      'io',
      `${path} cannot be opened: ${(cause as Error).message}.`,
      'Check the path and that you may read it.',
      cause,
    );
  }
  const whole = fileRange(fd, path, 0, fstatSync(fd).size);
  return { ...whole, close: () => closeSync(fd) };
}

/** Does not own the descriptor. */
export function fileRange(fd: number, name: string, start: number, sizeBytes: number): RandomAccess {
  return {
    name,
    sizeBytes,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= sizeBytes)) throw endsEarly(name, offset);
      const bytes = Buffer.allocUnsafeSlow(length);
      let done = 0;
      while (done < length) {
        const count = readSync(fd, bytes, done, length - done, start + offset + done);
        if (count === 0) throw endsEarly(name, offset + done);
        done += count;
      }
      return bytes;
    },
    close() {},
  };
}

function endsEarly(name: string, offset: number): DkError {
  return new DkError(
    'damaged',
    `${name} is damaged: nothing can be read at offset ${offset}, the file ends too early.`,
    'Get the recording again from where it came from, or record once more.',
  );
}
