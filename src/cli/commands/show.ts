import type { DkEvent, ProcessInfo } from '../../events/event.js';
import { KINDS } from '../../events/kinds.js';
import { formatBytes, formatMode } from '../../debugger/quantities.js';
import type { Recording } from '../../timeline/types.js';
import { filePatch } from '../git/file-patch.js';
import { paintPatch } from '../git/paint-patch.js';
import { sideOf } from '../git/side.js';
import { payloadOf } from '../payload.js';
import { withRecording } from '../open.js';
import { printable, printableText } from '../output/escape.js';
import { eventJson } from '../output/event-json.js';
import { hexdump } from '../output/hexdump.js';
import { jsonDocument, toJson } from '../output/json.js';
import { detailText, type ShowPath } from '../output/log-line.js';
import { shellWords } from '../output/shell-words.js';
import { sinceStart } from '../output/units.js';
import { eventSeq } from '../refs/event-ref.js';
import { pathShower } from '../refs/path-ref.js';
import { type Context, defineCommand, flag, json } from './command.js';

/** Larger files are not diffed, and of larger payloads only the beginning is shown. */
const DIFF_BYTES = 1 << 20;
const SHOWN_BYTES = 64 << 10;
const JSON_BYTES = 16 << 20;
const MAX_ANCESTORS = 64;

export const command = defineCommand({
  options: { hex: flag('--hex', 'the bytes as a hex dump, also when they are text'), json },
  notes: 'Text is shown as a diff of the file before and after the event, other bytes in hex.',
  async run(context, operands, options) {
    const shape = { command: 'show', min: 1, max: 1, needs: 'an EVENT' };
    return withRecording(context, operands, shape, async (recording, [text = '']) => {
      const event = await recording.event(await eventSeq(recording, text));
      const chain = ancestry(await recording.processes(), event.proc);
      if (options.json) {
        await context.out.write(jsonDocument(await fullJson(recording, event, chain)));
        return 0;
      }
      const show = pathShower(recording.info);
      context.out.page(context.io.env);
      await context.out.write(heading(event, chain, recording, context, show));
      const body = await bytesText(recording, event, options.hex, context);
      if (body !== '') await context.out.write(`\n${body}`);
      return 0;
    });
  },
});

/** The process itself, its parent, and so on up to the command. */
function ancestry(processes: readonly ProcessInfo[], proc: number): ProcessInfo[] {
  const byProc = new Map(processes.map((info) => [info.proc, info]));
  const chain: ProcessInfo[] = [];
  for (
    let info = byProc.get(proc);
    info !== undefined && chain.length < MAX_ANCESTORS;
    info = byProc.get(info.parent)
  ) {
    chain.push(info);
  }
  return chain;
}

function heading(
  event: DkEvent,
  chain: readonly ProcessInfo[],
  recording: Recording,
  context: Context,
  show: ShowPath,
): string {
  const row = (label: string, text: string) => `${context.paint('dim', label.padEnd(8))}${text}\n`;
  const { info, length } = recording;
  const thread = event.tid === event.pid ? '' : ` thread ${event.tid}`;
  const what = `${KINDS[event.kind].op} ${event.path === '' ? '' : show(event.path)}`.trimEnd();
  const detail = detailText(event, show);
  return [
    context.paint('bold', `Event ${event.seq} of ${length}`),
    ` in recording ${info.id}${info.label === null ? '' : ` (${printable(info.label)})`}\n`,
    row('time', `${sinceStart(event.tsNs)}, took ${(event.durNs / 1000).toFixed(1)} µs`),
    row('kind', `${event.kind}: ${KINDS[event.kind].about}`),
    row('what', detail === '' ? what : `${what} · ${detail}`),
    row('who', `${event.pid} ${printable(event.comm)}${thread}${commandOf(chain[0])}`),
    ...chain.slice(1).map((parent, i) => row(i === 0 ? 'from' : '', `${parent.pid}${commandOf(parent)}`)),
    chain[0] === undefined || chain[0].cwd === '' ? '' : row('in', printable(chain[0].cwd)),
  ].join('');
}

function commandOf(process: ProcessInfo | undefined): string {
  return process === undefined || process.argv.length === 0 ? '' : `: ${shellWords(process.argv)}`;
}

async function bytesText(recording: Recording, event: DkEvent, hex: boolean, context: Context): Promise<string> {
  if (event.kind === 'meta.mode' || event.kind === 'meta.owner') return metaText(recording, event);
  if (event.kind === 'meta.xattr' && event.value !== null) return hexdump(event.value);
  const diff = hex ? undefined : await contentDiff(recording, event, context);
  if (diff !== undefined) return diff;
  const length = 'length' in event && 'data' in event ? event.length : 0;
  if (length === 0) return '';
  const bytes = await payloadOf(recording, event, SHOWN_BYTES);
  if (bytes === undefined) return 'The bytes are not known: they could not be captured.\n';
  const rest = bytes.length < length ? `… ${formatBytes(length - bytes.length)} more\n` : '';
  const text = bytes.toString('utf8');
  if (event.kind === 'output.write' && !hex && !text.includes('\0'))
    return `${printableText(text).replace(/\n?$/, '\n')}${rest}`;
  return hexdump(bytes, 'offset' in event ? event.offset : 0) + rest;
}

async function metaText(recording: Recording, event: DkEvent): Promise<string> {
  const before = (await recording.state(event.seq - 1)).node(event.file);
  if (before === undefined) return '';
  return event.kind === 'meta.mode' ? `was ${formatMode(before.mode)}\n` : `was ${before.uid}:${before.gid}\n`;
}

/** What the event did to the file's text; undefined when that cannot be shown as text. */
async function contentDiff(recording: Recording, event: DkEvent, context: Context): Promise<string | undefined> {
  if (!event.kind.startsWith('file.') && event.kind !== 'resync') return undefined;
  const [before, after] = [await sideAt(recording, event, event.seq - 1), await sideAt(recording, event, event.seq)];
  if (before === undefined || after === undefined) return undefined;
  const name = event.path.slice(1);
  const side = (bytes: Buffer) => sideOf(name, 0o100644, bytes);
  const patch = filePatch(
    { before: side(before), after: side(after) },
    { context: 3, binary: false, forReading: true },
  );
  return patch === undefined || patch.binary !== undefined
    ? undefined
    : paintPatch({ ...patch, header: [] }, context.paint);
}

async function sideAt(recording: Recording, event: DkEvent, seq: number): Promise<Buffer | undefined> {
  const state = await recording.state(seq);
  const node = state.node(event.file);
  if (node === undefined) return Buffer.alloc(0);
  if (node.type !== 'file' || node.sizeBytes > DIFF_BYTES) return undefined;
  const { bytes, unknown } = await recording.content(state, event.file).read(0, node.sizeBytes);
  return unknown.length > 0 ? undefined : bytes;
}

async function fullJson(recording: Recording, event: DkEvent, chain: readonly ProcessInfo[]): Promise<unknown> {
  const carries = 'data' in event && event.data !== null;
  const bytes = carries ? await payloadOf(recording, event, JSON_BYTES) : undefined;
  const length = 'length' in event ? event.length : (bytes?.length ?? 0);
  return {
    ...(eventJson(event) as object),
    bytes: carries ? (bytes ?? null) : undefined,
    truncated: bytes === undefined ? undefined : bytes.length < length,
    process: toJson(chain[0] ?? null),
    parents: toJson(chain.slice(1)),
  };
}
