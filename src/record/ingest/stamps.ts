import type { Kind } from '../../events/kinds.js';
import type { StateBuilder } from '../../timeline/state-builder.js';
import type { EventToWrite } from '../writer.js';

/** Kinds after which a file may still have the bytes that it had, and which of its times they move. */
const MOVES: Partial<Record<Kind, 'ctime' | 'both'>> = {
  'meta.mode': 'ctime',
  'meta.owner': 'ctime',
  'meta.xattr': 'ctime',
  'meta.times': 'both',
  'path.rename': 'ctime',
  'path.exchange': 'ctime',
  'path.unlink': 'ctime',
  'link.create': 'ctime',
  'file.truncate': 'both',
  'file.allocate': 'both',
};

/**
 * When the recorded calls last moved the times of base files whose bytes they left alone, in nanoseconds since the start. A time
 * beyond them is of something that was not recorded.
 */
export class Stamps {
  /** st_ctime. */
  readonly changed = new Map<number, number>();
  /** st_mtime, where it became the time of the call. */
  readonly modified = new Map<number, number>();

  /** `state`: after the event. */
  note(event: EventToWrite, state: StateBuilder): void {
    const moves = MOVES[event.kind];
    if (moves === undefined) return;
    this.stamp(event.file, event.tsNs, moves, state);
    if (event.kind === 'path.rename' && event.replaced !== 0) this.stamp(event.replaced, event.tsNs, moves, state);
    if (event.kind === 'path.exchange') this.stamp(event.other, event.tsNs, moves, state);
  }

  private stamp(file: number, tsNs: number, moves: 'ctime' | 'both', state: StateBuilder): void {
    const rec = state.rec(file);
    if (rec === undefined || !rec.base || rec.nlink === 0) return;
    this.changed.set(file, tsNs);
    if (moves === 'both') this.modified.set(file, tsNs);
  }
}
