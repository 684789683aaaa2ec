import type { Model } from '../names/model.js';
import type { Appliers } from './applier.js';
import { EVERYTHING, type Emitter } from './emitter.js';
import type { Targets } from './targets.js';

/** What was not captured, or is not followed: gaps. */
export function uncapturedAppliers({
  model,
  targets,
  emitter,
}: {
  model: Model;
  targets: Targets;
  emitter: Emitter;
}): Pick<Appliers, 'lose' | 'unknown'> {
  return {
    lose: (op) => {
      const cause = `${op.cause}: ${op.records}`;
      if (op.files.length === 0) emitter.emitGap(op, cause, EVERYTHING);
      for (const id of op.files) {
        const file = model.fileOf(id) ?? 0;
        emitter.emitGap(op, cause, { file, path: file === 0 ? '' : model.pathOf(file) });
      }
      return 'done';
    },
    unknown: (op, trusts) => {
      if (op.about === 'file') return targets.onFile(op, trusts, (at) => emitter.emitGap(op, op.cause, at));
      emitter.emitGap(op, op.cause, EVERYTHING);
      return 'done';
    },
  };
}
