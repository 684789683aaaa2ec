import { lstatSync } from 'node:fs';
import { inodeNumber } from './inode-number.js';
import { atPath } from './long-path.js';
import type { XattrReader } from './proof.js';
import type { NodeView } from './rec.js';
import type { TreeState } from './state.js';
import type { Recording } from './types.js';

/**
 * Attributes that a base file had before the recording: those of the live file that no event ever set or removed.
 * What an event did change had a value before that nobody knows, unless the base says so.
 */
export async function baseXattrs(
  recording: Recording,
  node: NodeView,
  read: XattrReader,
): Promise<[name: string, value: Uint8Array][]> {
  if (!node.base) return [];
  const end = (await recording.state(recording.length)) as TreeState;
  const path = end.pathOf(node.file);
  const ino = end.base.node(node.file)?.identity.split(':')[2];
  if (path === undefined || ino === undefined) return [];
  try {
    const recorded = end.node(node.file)?.rec.xattrs;
    return atPath(path, (bytes) => {
      if (`${inodeNumber(lstatSync(bytes, { bigint: true }))}` !== ino) return [];
      return Object.entries(read(bytes)).filter(([name]) => !recorded?.has(name));
    });
  } catch {
    // The file is not there any more, so nothing can be said.
    return [];
  }
}
