import type { Recording, State, TreeChange } from '../../timeline/types.js';
import { tellDoubt } from '../doubt.js';
import { type CollectOptions, collectChanges, type LeftOut, patchRoot } from '../git/collect.js';
import { patchText } from '../git/file-patch.js';
import { paintPatch } from '../git/paint-patch.js';
import { nameStatusLine, type StatRow, statRow, statTable } from '../git/summaries.js';
import { withRecording } from '../open.js';
import { plural } from '../../debugger/quantities.js';
import { printable } from '../output/escape.js';
import { jsonParts } from '../output/json.js';
import { nodeJson } from '../output/node-json.js';
import { looksLikeEvent, stateSeq } from '../refs/event-ref.js';
import { absolutePath, isBelow, pathPatterns, requireKnownPaths } from '../refs/path-ref.js';
import { type Context, defineCommand, flag, json, value } from './command.js';
import { positiveInteger, usage } from './operand-checks.js';

export const command = defineCommand({
  options: {
    stat: flag('--stat', 'only how many lines changed in each file'),
    nameStatus: flag('--name-status', 'only the names, with A, M, D, R or T before them'),
    unified: value('-U, --unified <N>', 'lines of context (default: 3)'),
    binary: flag('--binary', 'binary files as patches that git apply takes'),
    all: flag('--all', 'what changed outside of the recorded root too, by its absolute path'),
    exitCode: flag('--exit-code', 'exit with 1 when the states differ'),
    json,
  },
  notes: `E2 defaults to end. Names are relative to the recorded root, so that the patch applies to what dk checkout makes of E1.
Permissions other than the executable bit, owners, times, attributes, empty directories and special files have no place in
git's format; --json tells them.`,
  async run(context, operands, options) {
    const shape = {
      command: 'diff',
      min: 1,
      max: operands.after === undefined ? Number.POSITIVE_INFINITY : 2,
      needs: 'an event E1',
      eventFirst: true,
    };
    const lines = options.unified === undefined ? 3 : positiveInteger('diff', '--unified', options.unified);
    return withRecording(context, { before: operands.before, after: undefined }, shape, async (recording, rest) => {
      const { e1, e2, paths } = splitEvents(rest, operands.after);
      const before = await recording.state(await stateSeq(recording, e1));
      const after = await recording.state(await stateSeq(recording, e2));
      for (const state of [before, after]) tellDoubt(state, context);
      await requireKnownPaths(recording, paths);
      const patterns = await pathPatterns(paths, recording);
      const reading = { recording, before, after, changes: await recording.diff(before, after, patterns) };
      context.out.page(context.io.env);
      if (options.json) {
        const head = { from: before.seq, to: after.seq };
        for (const part of jsonParts(head, 'changes', changesJson(reading.changes))) await context.out.write(part);
        return options.exitCode && reading.changes.length > 0 ? 1 : 0;
      }
      const given = {
        context: lines,
        binary: options.binary,
        forReading: context.out.isTTY,
        all: options.all || outsidePaths(paths, recording),
      };
      const form = options.stat ? 'stat' : options.nameStatus ? 'names' : 'patch';
      const { entries, leftOut } = await printDiff(reading, given, form, context);
      tellLeftOut(leftOut, context);
      if (leftOut.unknown.length > 0) return 4;
      return options.exitCode && entries > 0 ? 1 : 0;
    });
  },
});

/** Before `--` up to two events; further words are paths even without it. */
function splitEvents(
  rest: readonly string[],
  after: readonly string[] | undefined,
): { e1: string; e2: string; paths: string[] } {
  const [e1 = '', second, ...more] = rest;
  if (second !== undefined && (looksLikeEvent(second) || after !== undefined)) {
    return { e1, e2: second, paths: [...more, ...(after ?? [])] };
  }
  if (!looksLikeEvent(e1))
    throw usage('diff', `needs an event, and "${printable(e1)}" is neither an event nor a recording`);
  return { e1, e2: 'end', paths: [...rest.slice(1), ...(after ?? [])] };
}

/** A path asked for by name is shown, wherever it lies. */
function outsidePaths(paths: readonly string[], { info }: Recording): boolean {
  return paths.some((path) => !isBelow(absolutePath(path, info), patchRoot(info)));
}

type Form = 'stat' | 'names' | 'patch';

interface Reading {
  recording: Recording;
  before: State;
  after: State;
  changes: readonly TreeChange[];
}

/** Writes the diff; resolves to how much it found. */
async function printDiff(
  reading: Reading,
  given: CollectOptions,
  form: Form,
  context: Context,
): Promise<{ entries: number; leftOut: LeftOut }> {
  const leftOut: LeftOut = { outside: 0, other: 0, unknown: [] };
  const rows: StatRow[] = [];
  let entries = 0;
  for await (const entry of collectChanges(reading.recording, reading, given, leftOut)) {
    entries += 1;
    if (form === 'stat') rows.push(statRow(entry));
    else if (form === 'names') await context.out.write(nameStatusLine(entry));
    else {
      for (const patch of entry.patches) {
        await context.out.write(
          given.forReading ? paintPatch(patch, context.paint) : Buffer.from(patchText(patch), 'latin1'),
        );
      }
    }
  }
  if (form === 'stat') await context.out.write(statTable(rows, context.paint, context.out.columns));
  return { entries, leftOut };
}

function tellLeftOut({ outside, other, unknown }: LeftOut, context: Context): void {
  if (outside > 0)
    context.notice(`${plural(outside, 'change')} outside of the recorded root left out; --all shows them.`);
  if (other > 0) {
    context.notice(
      `${plural(other, 'change')} without a place in a patch (owner, times, attributes, special files); --json shows them.`,
    );
  }
  for (const path of unknown) context.notice(`left out, because its bytes are not known: ${printable(path)}`);
}

function* changesJson(changes: readonly TreeChange[]): Iterable<unknown> {
  for (const { change, path, oldPath, before, after } of changes) {
    yield {
      change,
      path,
      oldPath: oldPath === path ? undefined : oldPath,
      before: before === undefined ? null : nodeJson(oldPath, before),
      after: after === undefined ? null : nodeJson(path, after),
    };
  }
}
