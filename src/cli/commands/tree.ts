import { DkError } from '../../errors.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { formatBytes } from '../../debugger/quantities.js';
import type { Node, NodeType, State } from '../../timeline/types.js';
import { isInDoubt, tellDoubt } from '../doubt.js';
import { withRecording } from '../open.js';
import { printable } from '../output/escape.js';
import { jsonParts } from '../output/json.js';
import { nodeJson } from '../output/node-json.js';
import { stateSeq } from '../refs/event-ref.js';
import { requireNode } from '../refs/path-ref.js';
import { type Context, defineCommand, json, value } from './command.js';
import { childPath } from '../../timeline/child-path.js';

export const command = defineCommand({
  options: { at: value('--at <E>', 'the event after which to look (default: end)'), json },
  notes: 'DIR defaults to the directory the command ran in. Each line: mode, size, name.',
  async run(context, operands, options) {
    const shape = { command: 'tree', min: 0, max: 1, needs: 'a directory' };
    return withRecording(context, operands, shape, async (recording, [dir]) => {
      const state = await recording.state(await stateSeq(recording, options.at ?? 'end'));
      const text = dir ?? defaultDir(state, recording.info);
      const top = requireNode(state, text, recording.info, { follow: true });
      const path = state.pathOf(top.file) ?? text;
      if (options.json) {
        const head = { seq: state.seq, path, uncertain: state.uncertain };
        for (const part of jsonParts(head, 'entries', jsonEntries(state, top, path))) await context.out.write(part);
        return 0;
      }
      if (top.type !== 'dir') {
        throw new DkError(
          'usage',
          `${printable(text)} is not a directory at event ${state.seq}.`,
          `See its bytes with: dk cat ${recording.info.id} ${printable(text)}@${state.seq}`,
        );
      }
      tellDoubt(state, context);
      context.out.page(context.io.env);
      await context.out.write(`${context.paint('bold', printable(dir ?? path))}\n`);
      await writeLines(walk(state, top, path), context);
      return 0;
    });
  },
});

/** The working directory, or where that is outside of what is known, the root. */
function defaultDir(state: State, { cwd, roots }: RecordingInfo): string {
  return state.lookup(cwd, { follow: true }) === undefined ? (roots[0] ?? '/') : cwd;
}

interface Entry {
  name: string;
  path: string;
  /** The branches drawn before the name. */
  branch: string;
  node: Node;
}

/** Deeper branches are not drawn: each line would be as long as its place is deep. */
const DRAWN_LEVELS = 64;

/** Depth first, entries in the order of their names. */
function* walk(state: State, top: Node, topPath: string): Iterable<Entry> {
  const levels = [{ indent: '', path: topPath, entries: ahead(state.children(top.file)) }];
  for (let at = levels.at(-1); at !== undefined; at = levels.at(-1)) {
    const next = at.entries.next();
    if (next.done) {
      levels.pop();
      continue;
    }
    const [{ name, file }, isLast] = next.value;
    const node = state.node(file);
    if (node === undefined) continue;
    const path = childPath(at.path, name);
    yield { name, path, branch: `${at.indent}${isLast ? '└─ ' : '├─ '}`, node };
    if (node.type !== 'dir') continue;
    const indent = levels.length < DRAWN_LEVELS ? `${at.indent}${isLast ? '   ' : '│  '}` : at.indent;
    levels.push({ indent, path, entries: ahead(state.children(file)) });
  }
}

/** The entries, each with whether it is the last. */
function* ahead<T>(entries: Iterable<T>): Generator<[entry: T, isLast: boolean], undefined> {
  let waiting: T | undefined;
  for (const entry of entries) {
    if (waiting !== undefined) yield [waiting, false];
    waiting = entry;
  }
  if (waiting !== undefined) yield [waiting, true];
}

function* jsonEntries(state: State, top: Node, path: string): Iterable<unknown> {
  for (const entry of walk(state, top, path)) yield nodeJson(entry.path, entry.node);
}

const PART_CHARS = 1 << 16;

async function writeLines(entries: Iterable<Entry>, context: Context): Promise<void> {
  let part = '';
  for (const entry of entries) {
    part += line(entry, context);
    if (part.length < PART_CHARS) continue;
    await context.out.write(part);
    part = '';
  }
  await context.out.write(part);
}

const SUFFIXES: Partial<Record<NodeType, string>> = { dir: '/', fifo: '|', socket: '=' };

function line({ branch, name, node }: Entry, { paint }: Context): string {
  const size = node.type === 'file' ? formatBytes(node.sizeBytes) : '-';
  const shown = `${printable(name)}${SUFFIXES[node.type] ?? ''}`;
  const target = node.target === null ? '' : ` -> ${printable(node.target)}`;
  const mode = (node.mode & 0o7777).toString(8).padStart(4, '0');
  const colour = node.type === 'dir' ? 'blue' : node.type === 'symlink' ? 'cyan' : undefined;
  const doubt = isInDoubt(node) ? paint('red', '  ? content in doubt') : '';
  return `${mode}  ${size.padStart(8)}  ${branch}${colour === undefined ? shown : paint(colour, shown)}${target}${doubt}\n`;
}
