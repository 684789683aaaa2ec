import { typeOfMode } from '../../timeline/base-node.js';
import type { Context } from './context.js';
import type { Place } from './model.js';
import type { RawRecord } from './raw-record.js';
import type { BasePart } from '../writer.js';
import { type DataPart, lengthOf } from '../../cas/types.js';

/**
 * Call with the name that a call changes, or opens for writing. In a lower layer of overlayfs hard links are links no longer
 * than until then: the name is copied up and becomes a file of its own, which a resync event says. Returns the name's file.
 */
export function ownFile(context: Context, record: RawRecord, place: Place): Place {
  const { model, links } = context;
  const lower = links.lowerFile(place.file);
  if (lower === null) return place;
  if (lower === undefined) {
    if (links.isFirstDoubt()) context.doubt(record, UNTOLD, { file: 0, path: '' });
    return place;
  }
  const truth = model.live.truth(lower);
  if (truth === null) return place;
  const isFile = typeOfMode(truth.mode) === 'file';
  if (isFile) context.saveBase(place.file, parts(model.live.bytes(lower)));
  const xattrs = Object.entries(truth.xattrs).filter(([name]) => !name.startsWith('trusted.overlay.'));
  const { path } = model.entry(place.parent, place.name);
  const own = {
    kind: 'resync',
    file: model.newFile(),
    path,
    truth: { ...truth, xattrs: Object.fromEntries(xattrs) },
    nlink: null,
  } as const;
  context.emit(record, own, isFile ? [...model.live.bytes(lower)] : undefined);
  model.namesChanged(place.file, path);
  return { ...place, file: own.file, path };
}

const UNTOLD =
  'a hard link on overlayfs was changed, and its lower layers cannot be read to see which names that concerns';

function* parts(chunks: Iterable<DataPart>): Generator<BasePart> {
  let offset = 0;
  for (const data of chunks) {
    yield { offset, data };
    offset += lengthOf(data);
  }
}
