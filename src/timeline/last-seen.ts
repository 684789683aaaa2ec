import type { LastSeen } from './base-content.js';
import { hasBaseContent, type Proof, type ProofStat } from './proof.js';
import type { TreeState } from './state.js';

/** Where a file stood when the command had ended, and, of one with the bytes from before, what the proof saw there. */
export async function lastSeenIn(
  end: TreeState,
  file: number,
  proven: () => Promise<ReadonlyMap<string, ProofStat>>,
): Promise<LastSeen | undefined> {
  const path = end.pathOf(file);
  const node = end.node(file);
  if (path === undefined || node === undefined) return undefined;
  const isWhole = hasBaseContent(node) && node.sizeBytes === end.base.node(file)?.sizeBytes;
  const stat = isWhole ? (await proven()).get(path) : undefined;
  return { path, stat: stat ?? null };
}

/**
 * What the proof saw of files whose bytes nothing had changed, by path. Proofs of the first version do not tell these from
 * files that were read.
 */
export function statsOfBase({ version, entries }: Proof): ReadonlyMap<string, ProofStat> {
  const stats = new Map<string, ProofStat>();
  for (const { path, stat, content } of entries)
    if (stat !== null && (content === 'base' || version === 1)) stats.set(path, stat);
  return stats;
}
