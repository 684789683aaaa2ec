import { DkError } from '../errors.js';

/** The one message for a format that this dk does not read; names both versions and the remedy. */
export function wrongVersion(what: string, found: number, read: number): DkError {
  const remedy =
    found > read
      ? 'Open it with a newer dk: the one that made it, or any after that.'
      : 'Open it with the version of dk that made it.';
  return new DkError('unsupported', `${what} has format version ${found}, and this dk reads version ${read}.`, remedy);
}
