import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectChanges, type LeftOut } from '../../../../src/cli/git/collect.js';
import { patchText } from '../../../../src/cli/git/file-patch.js';
import type { Recording, State } from '../../../../src/timeline/types.js';
import { tempFolders } from '../../../support/temp-folder.js';
import { operation, play } from '../../timeline/random-script.js';

const CWD = '/work/app';
const folder = tempFolders();

/** git has no special files, and bytes that are not known have no patch. */
const patchable = operation.filter(({ op }) => !['mknod', 'gap', 'resync'].includes(op));

/** Files and links below the working directory, as git sees them. */
async function gitView(recording: Recording, state: State): Promise<Record<string, string>> {
  const view: Record<string, string> = {};
  const visit = async (path: string, dir: number): Promise<void> => {
    for (const { name, file } of state.children(dir)) {
      const [at, node] = [join(path, name), state.node(file)];
      if (node?.type === 'dir') await visit(at, file);
      if (node?.type === 'symlink') view[at] = `-> ${node.target}`;
      if (node?.type === 'file') {
        const bytes = await recording.content(state, file).all();
        view[at] = `${(node.mode & 0o100) === 0 ? 'file' : 'program'} ${bytes.toString('base64')}`;
      }
    }
  };
  const root = state.lookup(CWD);
  if (root !== undefined) await visit('', root.file);
  return view;
}

function lay(dir: string, view: Record<string, string>): void {
  for (const [path, what] of Object.entries(view)) {
    const at = join(dir, path);
    mkdirSync(join(at, '..'), { recursive: true });
    const [kind = '', rest = ''] = what.split(' ');
    if (kind === '->') symlinkSync(rest, at);
    else {
      writeFileSync(at, Buffer.from(rest, 'base64'));
      chmodSync(at, kind === 'program' ? 0o755 : 0o644);
    }
  }
}

function read(dir: string, path = ''): Record<string, string> {
  const view: Record<string, string> = {};
  for (const name of readdirSync(join(dir, path))) {
    const at = join(path, name);
    const stat = lstatSync(join(dir, at));
    if (stat.isDirectory()) Object.assign(view, read(dir, at));
    else if (stat.isSymbolicLink()) view[at] = `-> ${readlinkSync(join(dir, at))}`;
    else
      view[at] = `${(stat.mode & 0o100) === 0 ? 'file' : 'program'} ${readFileSync(join(dir, at)).toString('base64')}`;
  }
  return view;
}

async function patchBetween(recording: Recording, before: State, after: State): Promise<Buffer> {
  const changes = await recording.diff(before, after);
  const leftOut: LeftOut = { outside: 0, other: 0, unknown: [] };
  const options = { context: 3, binary: true, forReading: false, all: false };
  const parts: Buffer[] = [];
  for await (const entry of collectChanges(recording, { before, after, changes }, options, leftOut)) {
    for (const patch of entry.patches) parts.push(Buffer.from(patchText(patch), 'latin1'));
  }
  expect(leftOut.unknown).toEqual([]);
  return Buffer.concat(parts);
}

it('the diff of any two states takes a tree from one to the other', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(patchable, { minLength: 10, maxLength: 80 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 100 }),
      async (operations, from, to) => {
        const { recording } = await play(operations, 1000);
        const at = (percent: number) => recording.state(Math.round((percent * recording.length) / 100));
        const [before, after] = [await at(Math.min(from, to)), await at(Math.max(from, to))];
        const dir = folder();
        lay(dir, await gitView(recording, before));
        const patch = await patchBetween(recording, before, after);
        if (patch.length > 0)
          execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: dir, input: patch, stdio: 'pipe' });
        expect(read(dir)).toEqual(await gitView(recording, after));
        rmSync(dir, { recursive: true });
      },
    ),
    { numRuns: 150 },
  );
});
