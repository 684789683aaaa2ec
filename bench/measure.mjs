/** What the benchmarks share: running programs side by side, medians, and a table that ends in one line of JSON. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
export const DK = [join(PROJECT, 'dk'), 'run', '--no-tui', '--'];

/** A folder to work in and a store, both removed at the end. */
export function sandbox() {
  const folder = mkdtempSync(join(tmpdir(), 'dk-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const work = join(folder, 'work');
  mkdirSync(work);
  return { work, env: { ...process.env, DK_HOME: join(folder, 'home'), DK_SETUP: 'skip' } };
}

/** Runs to the end; wall time in milliseconds. */
export function timed(argv, { work, env }) {
  const start = process.hrtime.bigint();
  const done = spawnSync(argv[0], argv.slice(1), { cwd: work, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (done.status !== 0) throw new Error(`${argv.join(' ')} exited with ${done.status}:\n${done.stderr ?? done.error}`);
  return { ms, endedMs: Date.now(), stdout: done.stdout, stderr: done.stderr };
}

export function compiled(name) {
  const source = join(PROJECT, 'bench', `${name}.c`);
  const binary = join(PROJECT, 'build', 'bench', name);
  if (existsSync(binary) && statSync(binary).mtimeMs > statSync(source).mtimeMs) return binary;
  mkdirSync(dirname(binary), { recursive: true });
  const done = spawnSync('cc', ['-O2', '-o', binary, source], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return binary;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Interleaves the rounds, so that a change in the machine's load touches all alike. */
export function rounds(count, works) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (const [name, work] of Object.entries(works)) times[name].push(work());
  }
  return times;
}

/** Columns of equal width, then everything once more as JSON. */
export function report(title, rows) {
  const columns = Object.keys(rows[0]);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  console.log(`\n${title}`);
  for (const row of cells)
    console.log(row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '));
  console.log(JSON.stringify({ bench: title, rows }));
}

export const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
