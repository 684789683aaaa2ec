import type { BaseNode } from '../../timeline/base-node.js';
import type { BasePart } from '../writer.js';
import type { Ingest } from '../ingest.js';
import type { Preimages, SavedContent } from '../bytes/preimages.js';
import { lengthOf } from '../../cas/types.js';
import { readRange } from '../bytes/read-range.js';

/** Moves the saved bytes of base files into their base streams. Each file's bytes are saved once at most. */
export function storePreimages(
  { model, stamps, baseBytes }: Pick<Ingest, 'model' | 'stamps' | 'baseBytes'>,
  preimages: Preimages,
  isWhole: boolean,
): void {
  for (const content of preimages.contents(isWhole)) {
    const { identity, entry, path } = content;
    const file = entry === undefined ? model.baseFile(identity, path) : model.state.base.fileOfEntry(entry);
    const node = file === undefined ? undefined : model.state.base.node(file);
    const moves = (): boolean => stamps.changed.has(file as number) || model.live.isOnOverlay(path);
    if (node !== undefined && isFromBefore(content, node, moves)) baseBytes.save(node.file, chunks(content));
  }
}

/**
 * False when the file had changed between the base scan and the guard: by somebody else, or by a call whose path another
 * thread changed after the guard had looked at it. What was saved is then not what the base had. `ctimeMoves`: a call that
 * leaves the bytes alone, and was recorded, or the kernel's copying up moved it.
 */
function isFromBefore({ sizeBytes, times }: SavedContent, node: BaseNode, ctimeMoves: () => boolean): boolean {
  if (sizeBytes !== node.sizeBytes) return false;
  return times === null || (times.mtimeNs === node.mtimeNs && (times.ctimeNs === node.ctimeNs || ctimeMoves()));
}

function* chunks({ file, parts }: SavedContent): Generator<BasePart> {
  for (const { offset, length, hole, at } of parts) {
    let done = offset;
    for (const data of hole ? [{ zeros: length }] : readRange(file, at, length)) {
      yield { offset: done, data };
      done += lengthOf(data);
    }
  }
}
