import type { RecordingInfo } from '../../catalog/types.js';
import { DkError } from '../../errors.js';
import { nearest } from '../nearest.js';
import { printable } from '../output/escape.js';

const NEWEST = /^@(last|\d+)?$/;

/**
 * Resolves `@`, `@last`, `@2`, an id, a label, or the beginning of an id among the recordings, newest first. Returns undefined
 * when nothing has that name; DkError 'usage' when several have.
 */
export function findStored(text: string, recordings: readonly RecordingInfo[]): RecordingInfo | undefined {
  const newest = NEWEST.exec(text);
  if (newest !== null) {
    const nth = newest[1] === undefined || newest[1] === 'last' ? 1 : Number(newest[1]);
    return recordings[nth - 1];
  }
  if (text === '') return undefined;
  const exact = recordings.find((info) => info.id === text);
  if (exact !== undefined) return exact;
  const labelled = recordings.filter((info) => info.label === text);
  if (labelled.length > 0) return only(text, 'label', labelled);
  const begun = recordings.filter((info) => info.id.startsWith(text));
  return begun.length === 0 ? undefined : only(text, 'id', begun);
}

export function isNewestForm(text: string): boolean {
  return NEWEST.test(text);
}

export function noSuchRecording(text: string, recordings: readonly RecordingInfo[]): DkError {
  if (recordings.length === 0) {
    const what = isNewestForm(text)
      ? 'There is no recording yet'
      : `There is no recording "${text}": the store is empty`;
    return new DkError('not-found', `${what}.`, 'Record a command with: dk run -- CMD');
  }
  const names = recordings.flatMap((info) => (info.label === null ? [info.id] : [info.id, info.label]));
  const close = nearest(text, names, 3);
  const hint = close.length === 0 ? '' : `Did you mean ${close.join(' or ')}? `;
  const count = recordings.length === 1 ? 'one recording' : `${recordings.length} recordings`;
  return new DkError('not-found', `There is no recording "${text}" among ${count}.`, `${hint}List them with: dk ls`);
}

function only(text: string, what: 'id' | 'label', found: readonly RecordingInfo[]): RecordingInfo {
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const list = found
    .slice(0, 8)
    .map((info) => (info.label === null ? info.id : `${info.id} (${printable(info.label)})`));
  const more = found.length > list.length ? `, and ${found.length - list.length} more` : '';
  throw new DkError(
    'usage',
    what === 'id'
      ? `"${text}" begins the ids of ${found.length} recordings.`
      : `${found.length} recordings have the label "${text}".`,
    `Say which one you mean by its id: ${list.join(', ')}${more}.`,
  );
}
