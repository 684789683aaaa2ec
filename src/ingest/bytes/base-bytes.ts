import type { BasePart, RecordingWriter } from '../writer.js';

/** The bytes that files had before the recording; those of the first call for a file are kept. */
export class BaseBytes {
  private readonly saved = new Set<number>();

  constructor(private readonly writer: Pick<RecordingWriter, 'setBaseContent'>) {}

  save(file: number, parts: Iterable<BasePart>): void {
    if (this.saved.has(file)) return;
    this.saved.add(file);
    this.writer.setBaseContent(file, parts);
  }
}
