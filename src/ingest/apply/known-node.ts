import type { BaseNode } from '../../timeline/base-node.js';
import type { Rec } from '../../timeline/rec.js';
import type { Model } from '../names/model.js';

/** What the recording knows of a file, by events or from before. */
export type KnownNode = Pick<BaseNode, 'mode' | 'uid' | 'gid'> & { xattrs?: BaseNode['xattrs'] | Rec['xattrs'] };

export function knownNode({ state }: Model, file: number): KnownNode | undefined {
  return state.rec(file) ?? state.base.node(file);
}
