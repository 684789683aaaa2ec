import { DkError } from '../../errors.js';
import { fromBytes } from '../../events/byte-string.js';
import type { FileContent, Node, Recording } from '../../timeline/types.js';
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
        if (content.sizeBytes > MOST_JSON_BYTES) throw tooLarge(path, content.sizeBytes);
        await writeJson(content, { seq: state.seq, path: absolutePath(path, recording.info) }, context);
        return 0;
      }
      await copyOut(content, context);
      return 0;
    });
  },
});

const MOST_JSON_BYTES = 256 << 20;

function tooLarge(path: string, sizeBytes: number): DkError {
  return new DkError(
    'usage',
    `${printable(path)} has ${sizeBytes} bytes, more than --json shows.`,
    'Leave --json out, or rebuild it with `dk checkout`.',
  );
}

/** Base64 of so many bytes needs no padding. */
const BASE64_BYTES = 3 << 18;

async function writeJson(content: FileContent, head: Record<string, unknown>, context: Context): Promise<void> {
  const { sizeBytes } = content;
  const [start = '', end = ''] = jsonDocument({ ...head, sizeBytes, bytes: '' }).split(/(?="\n\}\n$)/);
  await context.out.write(start);
  for (let at = 0; at < sizeBytes; at += BASE64_BYTES) {
    const { bytes } = await content.read(at, Math.min(BASE64_BYTES, sizeBytes - at));
    await context.out.write(bytes.toString('base64'));
  }
  await context.out.write(end);
}

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
