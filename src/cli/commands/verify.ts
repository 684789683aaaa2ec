import { lstatSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { RecordingInfo } from '../../catalog/types.js';
import { proofTools } from '../../storage/checkout-tools.js';
import { compareProof, type Difference, type ProofResult } from '../../timeline/compare-proof.js';
import { type Proof, takeProof } from '../../timeline/proof.js';
import { decodeProof } from '../../timeline/proof-codec.js';
import type { TreeState } from '../../timeline/state.js';
import type { Recording } from '../../timeline/types.js';
import { notVerified } from '../../debugger/event-view.js';
import { plural } from '../../debugger/quantities.js';
import { DkError, EXIT_CODES } from '../../errors.js';
import { toBytes } from '../../events/byte-string.js';
import { patchRoot } from '../git/collect.js';
import { withRecording } from '../open.js';
import { printable } from '../output/escape.js';
import { jsonParts } from '../output/json.js';
import { isBelow, pathShower } from '../refs/path-ref.js';
import { type Context, defineCommand, json, value } from './command.js';

export const command = defineCommand({
  options: {
    against: value('--against <DIR>', 'compare with what stands in DIR now, as the recorded root'),
    json,
  },
  notes: `Compares every path that the command touched, and names those that differ. Exit code 1 when one does, and when the
roots could not all be looked at when the command ended: what changed there unseen is then not known.`,
  async run(context, operands, options) {
    const shape = { command: 'verify', min: 0, max: 0, needs: '' };
    return withRecording(context, operands, shape, async (recording) => {
      const { against } = options;
      const proof =
        against === undefined
          ? await storedProof(recording)
          : await proofOf(recording, resolve(context.io.cwd, against), against);
      const result = await compareProof(recording, proof);
      const differences = against === undefined ? result.differences : result.differences.filter(restorable);
      const seen = against !== undefined || recording.info.unverified === undefined;
      const ok = seen && differences.length === 0;
      await print(recording, { ...result, differences, ok }, options.json, context);
      return ok ? 0 : EXIT_CODES['answer-no'];
    });
  },
});

async function storedProof(recording: Recording): Promise<Proof> {
  const bytes = await recording.meta('proof');
  if (bytes !== undefined) return decodeProof(bytes);
  const { id } = recording.info;
  throw new DkError(
    'unsupported',
    `Recording ${id} has no proof: it was cut off before one could be taken.`,
    `Compare it with a directory instead: dk verify ${id} --against DIR`,
  );
}

async function proofOf(recording: Recording, dir: string, named: string): Promise<Proof> {
  if (statSync(toBytes(dir), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new DkError(
      'not-found',
      `There is no directory ${named}.`,
      'Give the directory that a checkout was made in.',
    );
  }
  const root = patchRoot(recording.info);
  const state = (await recording.state(recording.length)) as TreeState;
  return takeProof(state, {
    locate: (path) => (isBelow(path, root) ? join(dir, relative(root, path)) : undefined),
    isHidden: behindLinks(dir),
    ...proofTools(),
  });
}

/** True for a path below `dir` that a symbolic link on the way takes elsewhere. */
function behindLinks(dir: string): (path: string) => boolean {
  const known = new Map<string, boolean>([[dir, false]]);
  const isBehind = (folder: string): boolean => {
    let behind = known.get(folder);
    if (behind === undefined) {
      behind =
        isBehind(dirname(folder)) || lstatSync(toBytes(folder), { throwIfNoEntry: false })?.isDirectory() !== true;
      known.set(folder, behind);
    }
    return behind;
  };
  return (path) => path !== dir && isBehind(dirname(path));
}

/** A copy of the root has other hard links when names lead out of it, and other owners unless root made it. */
function restorable({ what }: Difference): boolean {
  return what !== 'links' && (what !== 'owner' || process.geteuid?.() === 0);
}

async function print(recording: Recording, result: ProofResult, asJson: boolean, context: Context): Promise<void> {
  const { ok, paths, differences } = result;
  const { info } = recording;
  if (asJson) {
    const { id, gaps, unverified } = info;
    for (const part of jsonParts({ id, ok, unverified, paths, gaps }, 'differences', rowsOf(differences)))
      await context.out.write(part);
    return;
  }
  const show = pathShower(info);
  for (const { path, what, recorded, found } of differences) {
    await context.out.write(
      `${show(path)}  ${context.paint('red', what)}  recorded ${printable(recorded)}, found ${printable(found)}\n`,
    );
  }
  const counts = [plural(paths, 'path'), plural(differences.length, 'difference'), plural(info.gaps, 'gap')];
  await context.out.write(`${verdict(info, differences.length, context)} · ${counts.join(' · ')}\n`);
  if (!result.xattrsCompared) context.notice('extended attributes were not compared.');
}

function* rowsOf(differences: Iterable<Difference>): Iterable<unknown> {
  for (const { path, what, recorded, found } of differences) yield { path, what, expected: recorded, found };
}

function verdict(info: RecordingInfo, differences: number, { paint }: Context): string {
  if (differences > 0) return paint('red', 'differs');
  return info.unverified === undefined ? paint('green', 'verified') : paint('yellow', notVerified(info));
}
