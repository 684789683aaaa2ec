import type { BaseNode } from '../../timeline/base-node.js';
import type { BasePart } from '../writer.js';
import type { Context } from './context.js';
import type { Preimages, SavedContent } from './preimages.js';
import { readRange, zeros } from './read-range.js';

/** Holes in very large files become zeros in the stores; of more than this the rest is left unknown. */
const MOST_ZEROS = 1 << 30;

/** Moves the saved bytes of base files into their base streams. Each file's bytes are saved once at most. */
export function storePreimages(context: Context, preimages: Preimages, isWhole: boolean): void {
  const { model } = context;
  for (const content of preimages.contents(isWhole)) {
    const { identity, entry, path } = content;
    const file = entry === undefined ? model.baseFile(identity, path) : model.state.base.fileOfEntry(entry);
    const node = file === undefined ? undefined : model.state.base.node(file);
    if (node !== undefined && isFromBefore(content, node)) context.saveBase(node.file, chunks(content));
  }
}

/**
 * False when the file had changed between the base scan and the guard: by somebody else, or by a call whose path another
 * thread changed after the guard had looked at it. What was saved is then not what the base had.
 */
function isFromBefore({ sizeBytes, mtimeNs }: SavedContent, node: BaseNode): boolean {
  return sizeBytes === node.sizeBytes && (mtimeNs ?? node.mtimeNs) === node.mtimeNs;
}

function* chunks({ file, parts }: SavedContent): Generator<BasePart> {
  let zerosLeft = MOST_ZEROS;
  for (const { offset, length, hole, at } of parts) {
    if (hole) zerosLeft -= length;
    if (hole && zerosLeft < 0) continue;
    let done = offset;
    for (const bytes of hole ? zeros(length) : readRange(file, at, length)) {
      yield { offset: done, bytes };
      done += bytes.length;
    }
  }
}
