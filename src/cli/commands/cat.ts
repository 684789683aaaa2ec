import { DkError } from '../../errors.js';
import { fromBytes } from '../../events/byte-string.js';
import type { Node, Recording } from '../../timeline/types.js';
import { tellDoubt } from '../doubt.js';
import { withRecording } from '../open.js';
import { printable, printableText } from '../output/escape.js';
import { jsonDocument } from '../output/json.js';
import { stateSeq } from '../refs/event-ref.js';
import { absolutePath, requireNode, splitPathAtEvent } from '../refs/path-ref.js';
import { type Context, defineCommand, json, value } from './command.js';
import { usage } from './operand-checks.js';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export const command = defineCommand({
  options: { at: value('--at <E>', 'the event, when PATH does not say it (default: end)'), json },
  notes: 'The bytes come as they are; on a terminal, control characters are escaped. Symbolic links are followed.',
  async run(context, operands, options) {
    const shape = { command: 'cat', min: 1, max: 1, needs: 'a PATH, with @EVENT behind it if not the end is meant' };
    return withRecording(context, operands, shape, async (recording, [text = '']) => {
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

/** Exact bytes, except to a terminal, which a recording must not steer. */
async function copyOut(content: ReturnType<Recording['content']>, context: Context): Promise<void> {
  context.out.page(context.io.env);
  const forReading = context.out.isTTY;
  let cut = Buffer.alloc(0);
  for (let at = 0; at < content.sizeBytes; at += CHUNK_BYTES) {
    const { bytes } = await content.read(at, Math.min(CHUNK_BYTES, content.sizeBytes - at));
    if (!forReading) {
      await context.out.write(bytes);
      continue;
    }
    const all = Buffer.concat([cut, bytes]);
    // A character may be cut by the chunk's end: the last line waits for the rest of it.
    const whole = at + CHUNK_BYTES < content.sizeBytes ? all.lastIndexOf(NEWLINE) + 1 || all.length : all.length;
    await context.out.write(printableText(fromBytes(all.subarray(0, whole))));
    cut = all.subarray(whole);
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
