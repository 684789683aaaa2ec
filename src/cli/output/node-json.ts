import type { Node } from '../../timeline/types.js';
import { isInDoubt } from '../doubt.js';

/** One entry of a tree, as docs/json.md names its fields; not yet mapped to JSON (json.ts). */
export function nodeJson(path: string, node: Node): object {
  const { xattrs } = node;
  return {
    path,
    type: node.type,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    sizeBytes: node.sizeBytes,
    nlink: node.nlink,
    target: node.target ?? undefined,
    rdev: node.type === 'char' || node.type === 'block' ? node.rdev : undefined,
    mtimeNs: node.mtimeNs,
    xattrs: xattrs === null ? undefined : Object.fromEntries(xattrs),
    flags: node.flags ?? undefined,
    file: node.file,
    base: node.base,
    touched: node.touched,
    uncertain: isInDoubt(node),
  };
}
