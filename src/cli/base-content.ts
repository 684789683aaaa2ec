import type { ExtraBase } from '../bundle/bundle-pack.js';
import type { Recording, State } from '../timeline/types.js';

const CHUNK_BYTES = 4 << 20;

/**
 * Bytes from before the recording that can still be had: of the files that some event touched, or of all in the roots.
 * What cannot be read any more is left out, and stays unknown in the bundle.
 */
export async function* baseContent(recording: Recording, all: boolean): AsyncGenerator<ExtraBase> {
  const base = await recording.state(0);
  const files = all ? belowRoots(base, recording.info.roots) : (await recording.state(recording.length)).touchedFiles();
  for (const file of files) {
    const node = base.node(file);
    if (node?.type !== 'file' || !node.base || node.sizeBytes === 0) continue;
    const content = recording.content(base, file);
    if (!(await content.known())) continue;
    let at = 0;
    for await (const { offset, length } of content.dataRanges()) {
      if (offset > at) yield { file, data: { zeros: offset - at } };
      for (at = offset; at < offset + length; ) {
        const { bytes } = await content.read(at, Math.min(CHUNK_BYTES, offset + length - at));
        yield { file, data: bytes };
        at += bytes.length;
      }
    }
    if (at < node.sizeBytes) yield { file, data: { zeros: node.sizeBytes - at } };
  }
}

function* belowRoots(state: State, roots: readonly string[]): Iterable<number> {
  const stack = roots.flatMap((root) => state.lookup(root)?.file ?? []);
  const seen = new Set<number>();
  for (let file = stack.pop(); file !== undefined; file = stack.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    yield file;
    if (state.node(file)?.type === 'dir') for (const child of state.children(file)) stack.push(child.file);
  }
}
