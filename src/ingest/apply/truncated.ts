import { modeAfterChown } from '../../linux/attributes.js';
import type { Model } from '../names/model.js';
import type { OperationOf } from '../operation.js';
import type { Emitter } from './emitter.js';
import { knownNode } from './known-node.js';
import { modeAfter, removedPrivileges, withSideEffects } from './removed-privileges.js';
import type { Target } from './targets.js';

/** The event of a file that was cut, by truncate(2) or by opening it. */
export function emitTruncated(
  { model, emitter }: { model: Model; emitter: Emitter },
  op: OperationOf<'truncate' | 'open-truncate'>,
  { file, path }: Target,
  sizeBytes: number,
): void {
  const cut = { kind: 'file.truncate', file, path, sizeBytes } as const;
  const node = knownNode(model, file);
  // truncate(2) names no inode to read the mode from. Root has the capability to keep the bits, others have not.
  const after = op.credentials.fsuid === 0 ? undefined : modeAfterChown(node?.mode ?? 0);
  emitter.emit(op, withSideEffects(cut, removedPrivileges(node, modeAfter(op.inode) ?? after)));
}
