/** `rm -rf` of 50,000 files, each of which the guard must save first: its own time under dk over that without. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DK, median, report, rounds, sandbox } from './measure.mjs';
import { spawnSync } from 'node:child_process';

const FILES = 50_000;
const FILES_A_FOLDER = 50;
const ROUNDS = 3;
/** Its own time, without what dk needs to begin and to end. */
const REMOVE = 'a=$(date +%s%N); rm -rf tree; b=$(date +%s%N); echo $(( (b - a) / 1000 ))';

function makeTree(work) {
  const bytes = Buffer.alloc(3200, 'x');
  for (let folder = 0; folder < FILES / FILES_A_FOLDER; folder++) {
    const at = join(work, 'tree', String(folder % 20), String(folder));
    mkdirSync(at, { recursive: true });
    for (let i = 0; i < FILES_A_FOLDER; i++)
      writeFileSync(join(at, `file${i}.js`), bytes.subarray(0, 200 + ((i * 37) % 3000)));
  }
}

const { env } = sandbox();
const rows = [];
for (const [name, parent] of [
  ['disk', tmpdir()],
  ['tmpfs', '/dev/shm'],
]) {
  const work = mkdtempSync(join(parent, 'dk-bench-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const remove = (before) => () => {
    makeTree(work);
    const [file, ...args] = [...before, 'sh', '-c', REMOVE];
    const done = spawnSync(file, args, { cwd: work, env, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${file} exited with ${done.status}:\n${done.stderr}`);
    return Number(done.stdout) / 1000;
  };
  const times = rounds(ROUNDS, { none: remove([]), dk: remove(DK) });
  const [none, dk] = [median(times.none), median(times.dk)];
  rows.push({
    on: name,
    'none ms': Math.round(none),
    'dk ms': Math.round(dk),
    'dk adds µs a file': ((1000 * (dk - none)) / FILES).toFixed(1),
    'dk over none': `${(dk / none).toFixed(2)}x`,
  });
}
report(`rm -rf of ${FILES} files`, rows);
