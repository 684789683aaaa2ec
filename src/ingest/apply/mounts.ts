import { isBelow, MOUNTED } from '../../linux/mount-table.js';
import { absolute, type MountViews } from '../names/mount-views.js';
import type { Model } from '../names/model.js';
import type { Operation, UserPath } from '../operation.js';
import type { Appliers, Outcome } from './applier.js';
import { EVERYTHING, type Emitter } from './emitter.js';

interface MountParts {
  model: Model;
  views: MountViews;
  emitter: Emitter;
}

/** What paths mean in mount namespaces of the command's own. In dk's own they mean what was mounted at the start. */
export function mountAppliers({
  model,
  views,
  emitter,
}: MountParts): Pick<Appliers, 'mount' | 'unmount' | 'pivot-root'> {
  const changedOurs = (op: Operation): Outcome => {
    emitter.emitGap(op, 'the command changed what is mounted', EVERYTHING);
    return 'done';
  };
  return {
    mount: (op) => {
      const { how, namespace, first, second } = op;
      if (namespace === 0) return changedOurs(op);
      const target = placeOf(model, second);
      if (how === 'new') views.mount(namespace, target);
      else if (how === 'bind') views.bind(namespace, target, placeOf(model, first));
      else {
        const source = placeOf(model, first);
        views.unmount(namespace, source);
        // One that open_tree or fsmount made stood nowhere yet.
        if (source === MOUNTED) views.mount(namespace, target);
        else views.bind(namespace, target, source);
      }
      return 'done';
    },

    /** Of what the namespace was born with nothing is known, so what it covered is not either. */
    unmount: (op, _, said) => {
      if (op.namespace === 0) return changedOurs(op);
      const at = placeOf(model, op.first);
      return views.unmount(op.namespace, at, absolute(said.first)) ? 'done' : changedOurs(op);
    },

    /**
     * Of the new root, and a place for the old one. The paths were read when it had been done: absolute ones begin at the new
     * root then, and so do relative ones of a process that was in the old root itself.
     */
    'pivot-root': (op, _, { namespace, first: root, second: put }) => {
      const isHere = root.path === '.';
      // The root of a filesystem that was never seen where it had been mounted has no name to go on with.
      const isKnown = (isHere || root.path.startsWith('/')) && root.base !== MOUNTED;
      if (namespace === 0 || !isKnown) return changedOurs(op);
      const before = views.resolve(namespace, absolute({ base: views.rootOf(namespace), path: put.path }));
      const after = views.resolve(namespace, absolute(put));
      const mayBe = isHere && !put.path.startsWith('/') ? [after] : [before, after];
      const old = mayBe.find((place) => isBelow(place, root.base));
      if (old === undefined) return changedOurs(op);
      views.pivot(namespace, root.base, old);
      return 'done';
    },
  };
}

/** With symbolic links followed, where the model knows them. */
function placeOf(model: Model, at: UserPath): string {
  const found = at.path === '' ? undefined : model.existing(at.base, at.path, { follow: true });
  return found !== undefined && found.path !== '' ? found.path : at.path === '' ? at.base : absolute(at);
}
