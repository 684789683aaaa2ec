import type { Model } from '../names/model.js';
import { identityKey } from '../../linux/inode-identity.js';
import type { Does, Operation, OperationOf, UserPath } from '../operation.js';
import { type NameAct, UNNAMED } from './name-state.js';

/** none: no name, and no mode or owner. unclear: it may change what a name stands for, or what stands there, but which is not told. */
export type NoAct = 'none' | 'unclear';

/** The paths of an operation's two user paths, links not followed; undefined where the model knows of no such directory. */
type Paths = readonly [first: string | undefined, second: string | undefined];

/** An operation, as far as names are concerned. */
export interface NamedAct {
  readonly act: NameAct;
  readonly paths: Paths;
}

type Act<D extends Does> = (op: OperationOf<D>, paths: Paths, model: Model) => NameAct | NoAct;

/** What is not here changes no name, and what it does to a file is not looked for. */
const ACTS: { readonly [D in Does]?: Act<D> } = {
  create: (op, _, model) =>
    op.isUnnamed ? 'none' : { does: 'make', path: op.path, as: model.fileOf(op.inode) ?? identityKey(op.inode) },
  rename: ({ leavesWhiteout: leaves, keeps }, [from, to]) =>
    from === undefined || to === undefined ? 'unclear' : { does: 'move', from, to, leaves, keeps },
  exchange: (_, [from, to]) => (from === undefined || to === undefined ? 'unclear' : { does: 'swap', from, to }),
  link: (op, [from, to], model) => {
    if (to === undefined) return 'unclear';
    if (op.inode !== undefined) return { does: 'make', path: to, as: model.fileOf(op.inode) ?? UNNAMED };
    return from === undefined || op.follow ? 'unclear' : { does: 'link', from, to };
  },
  remove: (_, [path]) => (path === undefined ? 'unclear' : { does: 'remove', path }),
  'make-directory': (_, [path]) => made(path),
  'make-node': (_, [path]) => made(path),
  'make-symlink': (_, [, path]) => made(path),
  'set-mode': (op, _, model) => used(model, op, { mode: op.mode & 0o777 }),
  'set-owner': (op, _, model) =>
    used(model, op, op.uid === -1 || op.gid === -1 ? {} : { owner: `${op.uid}:${op.gid}` }),
  mount: () => 'unclear',
  unmount: () => 'unclear',
  'pivot-root': () => 'unclear',
  unknown: ({ mayMoveNames }) => (mayMoveNames ? 'unclear' : 'none'),
};

/** In a mount namespace of the command's own paths mean something else: unclear. */
export function actOf(model: Model, op: Operation): NamedAct | NoAct {
  const of = ACTS[op.does] as Act<Does> | undefined;
  if (of === undefined) return 'none';
  if (op.namespace !== 0) return 'unclear';
  const place = ({ base, path }: UserPath) => (path === '' ? undefined : model.place(base, path)?.path);
  const paths = [place(op.first), place(op.second)] as const;
  const act = of(op, paths, model);
  return typeof act === 'string' ? act : { act, paths };
}

function made(path: string | undefined): NameAct | NoAct {
  return path === undefined ? 'unclear' : { does: 'make', path, as: UNNAMED };
}

/** An operation on what its path names. One on a descriptor may change the same file. */
function used(
  model: Model,
  { inode, first, follow }: OperationOf<'set-mode' | 'set-owner'>,
  sets: { mode?: number; owner?: string },
): NameAct | NoAct {
  const path = inode === undefined ? model.existing(first.base, first.path, { follow })?.path : undefined;
  return path === undefined ? 'unclear' : { does: 'use', path, ...sets };
}
