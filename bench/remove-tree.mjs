/**
 * `rm -rf` of many files, each of which the guard must save first: its own time under dk over that without.
 * Everything is in memory, ext4 in an image there where that may be mounted: a disk's own pace would hide what dk adds.
 *
 *   node bench/remove-tree.mjs [files, 20000]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DK, median, report, rounds, sandbox } from './measure.mjs';

const FILES = Number(process.argv[2] ?? 20_000);
const FILES_A_FOLDER = 50;
const ROUNDS = 3;
/** Its own time, without what dk needs to begin and to end. */
const REMOVE = 'a=$(date +%s%N); rm -rf tree; b=$(date +%s%N); echo $(( (b - a) / 1000 ))';
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function makeTree(tree) {
  const bytes = Buffer.alloc(3200, 'x');
  for (let folder = 0; folder < FILES / FILES_A_FOLDER; folder++) {
    const at = join(tree, String(folder % 20), String(folder));
    mkdirSync(at, { recursive: true });
    for (let i = 0; i < FILES_A_FOLDER; i++)
      writeFileSync(join(at, `file${i}.js`), bytes.subarray(0, 200 + ((i * 37) % 3000)));
  }
}

/** An ext4 in a file, mounted; undefined where that is not allowed. */
function mountExt4(folder) {
  const image = join(folder, 'image');
  const at = join(folder, 'ext4');
  writeFileSync(image, '');
  truncateSync(image, 4 * 2 ** 30);
  mkdirSync(at);
  try {
    execFileSync('mkfs.ext4', ['-q', '-F', '-N', String(4 * FILES + 10_000), image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, at], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  process.on('exit', () => spawnSync('umount', ['-l', at]));
  return at;
}

const folder = mkdtempSync(join(MEMORY, 'dk-bench-'));
const ext4 = mountExt4(folder);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const home = join(folder, 'home');
const env = { ...sandbox().env, DK_HOME: home };

const places = [
  ['ext4', ext4],
  [MEMORY === '/dev/shm' ? 'tmpfs' : MEMORY, folder],
].filter(([, at]) => at !== undefined);
const rows = places.map(([name, parent]) => {
  const work = join(parent, 'work');
  mkdirSync(work);
  makeTree(join(parent, 'model'));
  const remove = (before) => () => {
    cpSync(join(parent, 'model'), join(work, 'tree'), { recursive: true });
    const [file, ...args] = [...before, 'sh', '-c', REMOVE];
    const done = spawnSync(file, args, { cwd: work, env, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${file} exited with ${done.status}:\n${done.stderr}`);
    rmSync(home, { recursive: true, force: true });
    return Number(done.stdout) / 1000;
  };
  const times = rounds(ROUNDS, { none: remove([]), dk: remove(DK) });
  rmSync(join(parent, 'model'), { recursive: true });
  const [none, dk] = [median(times.none), median(times.dk)];
  return {
    on: name,
    'none ms': Math.round(none),
    'dk ms': Math.round(dk),
    'dk adds µs a file': ((1000 * (dk - none)) / FILES).toFixed(1),
    'dk over none': `${(dk / none).toFixed(2)}x`,
  };
});
report(`rm -rf of ${FILES} files`, rows);
