import { type DataPart, lengthOf } from '../../cas/types.js';
import { typeOfMode } from '../../timeline/base-node.js';
import type { BasePart } from '../writer.js';
import type { BaseBytes } from '../bytes/base-bytes.js';
import type { Model, Place } from '../names/model.js';
import type { OverlayHardLinks } from '../names/overlay-hard-links.js';
import type { Operation } from '../operation.js';
import { EVERYTHING, type Emitter } from './emitter.js';

const UNTOLD =
  'a hard link on overlayfs was changed, and its lower layers cannot be read to see which names that concerns';

/**
 * On overlayfs the names of a hard link in a lower layer share one file until one of them is changed, or opened for writing. That
 * name is then copied up and is a file of its own.
 */
export class CopyUp {
  constructor(
    private readonly model: Model,
    private readonly links: OverlayHardLinks,
    private readonly baseBytes: BaseBytes,
    private readonly emitter: Emitter,
  ) {}

  /** Call with the name that an operation changes. Returns the name's file; a resync event says where that is another now. */
  own(op: Operation, place: Place): Place {
    const { model, links, emitter } = this;
    const lower = links.lowerFile(place.file);
    if (lower === null) return place;
    if (lower === undefined) {
      if (links.isFirstDoubt()) emitter.emitGap(op, UNTOLD, EVERYTHING);
      return place;
    }
    const truth = model.live.truth(lower);
    if (truth === null) return place;
    const isFile = typeOfMode(truth.mode) === 'file';
    if (isFile) this.baseBytes.save(place.file, parts(model.live.bytes(lower)));
    const xattrs = Object.entries(truth.xattrs).filter(([name]) => !name.startsWith('trusted.overlay.'));
    const { path } = model.entry(place.parent, place.name);
    const own = {
      kind: 'resync',
      file: model.newFile(),
      path,
      truth: { ...truth, xattrs: Object.fromEntries(xattrs) },
      nlink: null,
    } as const;
    emitter.emit(op, own, isFile ? [...model.live.bytes(lower)] : undefined);
    model.namesChanged(place.file, path);
    return { ...place, file: own.file, path };
  }
}

function* parts(chunks: Iterable<DataPart>): Generator<BasePart> {
  let offset = 0;
  for (const data of chunks) {
    yield { offset, data };
    offset += lengthOf(data);
  }
}
