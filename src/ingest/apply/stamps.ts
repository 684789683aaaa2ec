import type { Kind, KINDS } from '../../events/kinds.js';
import type { StateBuilder } from '../../timeline/state-builder.js';
import type { EventToWrite } from '../writer.js';

type ChangingKind = { [K in Kind]: (typeof KINDS)[K]['changes'] extends true ? K : never }[Kind];

/**
 * Which times of a file each kind moves. `null`: those of no file that still has the bytes of the base. What moves nothing but
 * a directory's times is that too, for they are not compared.
 */
const MOVES: { readonly [K in ChangingKind]: 'ctime' | 'both' | null } = {
  'meta.mode': 'ctime',
  'meta.owner': 'ctime',
  'meta.xattr': 'ctime',
  'meta.flags': 'ctime',
  'meta.times': 'both',
  'path.rename': 'ctime',
  'path.exchange': 'ctime',
  'path.unlink': 'ctime',
  'link.create': 'ctime',
  'file.truncate': 'both',
  'file.allocate': 'both',
  // These give it other bytes, which are read and compared.
  'file.write': null,
  'file.copy': null,
  'file.sync': null,
  // Says what a file has, and moves nothing.
  resync: null,
  // New files and directories.
  'file.create': null,
  'symlink.create': null,
  'node.create': null,
  'dir.create': null,
  'dir.remove': null,
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
    const moves = (MOVES as Partial<Record<Kind, 'ctime' | 'both' | null>>)[event.kind] ?? null;
    if (moves === null) return;
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
