import type { RecordingWriter } from '../writer.js';

/** Who says what is not known, and restores the truth: nobody of the target's. */
export const BY_DK = { durNs: 0, pid: 0, tid: 0, comm: 'dk', proc: 0 };

/** Whatever follows, or what happened just before, is not known. */
export function noteGap(writer: RecordingWriter, tsNs: number, cause: string): void {
  writer.append({ tsNs, ...BY_DK, kind: 'gap', file: 0, path: '', cause, lost: 0, offset: 0, length: 0 });
}
