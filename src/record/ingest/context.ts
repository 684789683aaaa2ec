import type { DataPart } from '../../cas/types.js';
import type { Asides } from './asides.js';
import type { EventBody } from './event-body.js';
import type { OverlayHardLinks } from './overlay-hard-links.js';
import type { MappedPages } from './mapped-pages.js';
import type { Model, Place } from './model.js';
import type { OpenedNames } from './opened-names.js';
import type { Processes } from './processes.js';
import type { Renames } from './renames.js';
import type { MountViews } from './mount-views.js';
import type { PseudoMounts } from './pseudo-mounts.js';
import type { Races } from './races.js';
import type { Stamps } from './stamps.js';
import type { Windows } from './windows.js';
import type { BasePart } from '../writer.js';
import type { RawRecord } from './raw-record.js';

/** What the handlers of records work with. */
export interface Context {
  readonly model: Model;
  readonly processes: Processes;
  readonly renames: Renames;
  readonly opened: OpenedNames;
  /** Numbers the event and applies it to the model. `data`: the bytes it carries. */
  emit(record: RawRecord, body: EventBody, data?: Iterable<DataPart> | null): void;
  /** Something about this record cannot be known: a gap, and a resync at the end. file 0: everything. */
  doubt(
    record: RawRecord,
    cause: string,
    affected: { file: number; path: string; offset?: number; length?: number },
  ): void;
  /** The bytes that a file had before the recording; those of the first call for it are kept. */
  saveBase(file: number, parts: Iterable<BasePart>): void;
  readonly links: OverlayHardLinks;
  readonly stamps: Stamps;
  readonly races: Races;
  readonly windows: Windows;
  readonly asides: Asides;
  readonly pseudo: PseudoMounts;
  readonly views: MountViews;
  readonly mappedPages: MappedPages;
  /** The file's pages may change without a call from now on. */
  mapShared(record: RawRecord, file: number): void;
  /** True when no other record can explain what does not fit: take the record at its word. */
  readonly force: boolean;
}

/**
 * What a handler says: done, or that the record cannot have happened in the model as it is, so that a call which ran
 * at the same time on another processor must come first.
 */
export type Outcome = 'done' | 'too-early';

/** A place for something new: free, in a directory that exists. */
export function freePlace(context: Context, from: string, path: string): Place | undefined {
  const place = context.model.place(from, path);
  return place === undefined || (place.file !== 0 && !context.force) ? undefined : place;
}
