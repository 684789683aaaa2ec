import { DkError } from '../../errors.js';
import type { Node, Recording } from '../../timeline/types.js';
import { tellDoubt } from '../doubt.js';
import { withRecording } from '../open.js';
import { printable } from '../output/escape.js';
import { jsonDocument } from '../output/json.js';
import { stateSeq } from '../refs/event-ref.js';
import { absolutePath, requireNode, splitPathAtEvent } from '../refs/path-ref.js';
import { type Context, defineCommand, json, value } from './command.js';
import { usage } from './operand-checks.js';

const CHUNK_BYTES = 1 << 20;

export const command = defineCommand({
  options: { at: value('--at <E>', 'the event, when PATH does not say it (default: end)'), json },
  notes: 'The bytes come as they are, unescaped. Symbolic links are followed.',
  async run(context, operands, options) {
    const shape = { command: 'cat', min: 1, max: 1, needs: 'a PATH, with @EVENT behind it if not the end is meant' };
    return withRecording(context, operands.all, shape, async (recording, [text = '']) => {
      const { path, event } = await splitPathAtEvent(text, recording);
      if (event !== undefined && options.at !== undefined)
        throw usage('cat', 'got the event twice, behind @ and with --at');
      const state = await recording.state(await stateSeq(recording, event ?? options.at ?? 'end'));
      tellDoubt(state, context);
      const node = requireNode(state, path, recording.info, { follow: true });
      requireFile(node, path, state.seq, recording);
      const content = recording.content(state, node.file);
      if (!(await content.known())) throw unknownBytes(path, state.seq, recording);
      if (options.json) {
        const bytes = await content.all();
        await context.out.write(
          jsonDocument({ seq: state.seq, path: absolutePath(path, recording.info), sizeBytes: bytes.length, bytes }),
        );
        return 0;
      }
      await copyOut(content, context);
      return 0;
    });
  },
});

async function copyOut(content: ReturnType<Recording['content']>, context: Context): Promise<void> {
  for (let at = 0; at < content.sizeBytes; at += CHUNK_BYTES) {
    const { bytes } = await content.read(at, Math.min(CHUNK_BYTES, content.sizeBytes - at));
    await context.out.write(bytes);
  }
}

function requireFile(node: Node, path: string, seq: number, { info }: Recording): void {
  if (node.type === 'file') return;
  const what = node.type === 'dir' ? 'a directory' : `a ${node.type}`;
  const hint =
    node.type === 'dir'
      ? `List it with: dk tree ${info.id} --at ${seq} ${printable(path)}`
      : 'Only regular files have bytes.';
  throw new DkError('usage', `${printable(path)} is ${what} at event ${seq}.`, hint);
}

export function unknownBytes(path: string, seq: number, { info }: Recording): DkError {
  return new DkError(
    'unknown-bytes',
    `The bytes of ${printable(path)} at event ${seq} of recording ${info.id} are not known.`,
    'They were never captured, or the file has changed since; see what happened to it with: dk log PATH',
  );
}
