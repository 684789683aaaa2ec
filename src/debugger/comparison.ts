import type { DkEvent } from '../events/event.js';
import type { Node, Recording, State } from '../timeline/types.js';
import { indexFrom } from './ascending.js';

/** diff: what this event did · since: what happened since the base · content: the file now. */
export type ViewMode = 'diff' | 'since' | 'content';

/** The earlier side of a diff. */
export interface Comparison {
  state: State;
  file: number;
  node: Node | undefined;
  /** What this side is, when it is not simply the same file one event earlier ('' then): vs start, vs #6, vs replaced. */
  note: string;
}

export interface ComparisonRequest {
  recording: Recording;
  file: number;
  path: string;
  event: DkEvent | undefined;
  before: State | undefined;
  mode: ViewMode;
  changedHere: boolean;
  historyOf: (file: number) => Promise<readonly number[]>;
}

/**
 * What to compare the file with. Programs save in two ways that a plain before-and-after hides: they empty a file and
 * write it anew, or they write a new file and rename it over the old one. Both are compared with the old content.
 */
export async function comparisonFor(request: ComparisonRequest): Promise<Comparison | null> {
  const { recording, file, event, before, mode, changedHere } = request;
  if (mode === 'since') return sinceBase(await recording.state(0), file, request.path);
  if (!changedHere || before === undefined || event === undefined) return null;
  const rewrite = await beforeRewrite(request, event);
  if (rewrite !== null) return rewrite;
  if (event.kind === 'path.rename' && event.file === file && before.node(event.replaced)?.type === 'file') {
    return { state: before, file: event.replaced, node: before.node(event.replaced), note: 'vs replaced' };
  }
  return { state: before, file, node: standing(before, file), note: '' };
}

/** A file that is open but has no name left is gone for everyone who looks at the tree. */
export function standing(state: State, file: number): Node | undefined {
  return state.pathOf(file) === undefined ? undefined : state.node(file);
}

function sinceBase(base: State, file: number, path: string): Comparison {
  const own = standing(base, file);
  // A new file under an old name took the old one's place.
  const node = own ?? base.lookup(path);
  return { state: base, file: node?.file ?? file, node, note: 'vs start' };
}

async function beforeRewrite(
  { recording, file, historyOf }: ComparisonRequest,
  event: DkEvent,
): Promise<Comparison | null> {
  if (event.kind !== 'file.write' && event.kind !== 'file.copy') return null;
  const history = await historyOf(file);
  const previous = history[indexFrom(history, event.seq) - 1];
  if (previous === undefined) return null;
  const emptied = await recording.event(previous);
  if (emptied.kind !== 'file.truncate' || emptied.sizeBytes !== 0) return null;
  const state = await recording.state(previous - 1);
  const node = standing(state, file);
  if (node === undefined || node.sizeBytes === 0) return null;
  return { state, file, node, note: `vs #${previous - 1}` };
}
