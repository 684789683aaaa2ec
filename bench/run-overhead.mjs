/** What a small write costs more under dk, and under strace, than without either. */
import { compiled, DK, has, median, report, rounds, sandbox, timed } from './measure.mjs';

const box = sandbox();
const writes = compiled('writes');
const ROUNDS = 5;
const STRACE = ['strace', '-f', '-o', '/dev/null', '-s', '65536', '-e', 'trace=write'];
const rows = [];

for (const [bytes, count] of [
  [64, 300_000],
  [512, 300_000],
  [4096, 100_000],
]) {
  const once = (before, n) => () =>
    Number(timed([...before, writes, String(n), String(bytes), 'out'], box).stdout.split(' ')[0]) / n;
  const works = { none: once([], count), dk: once(DK, count) };
  const times = rounds(ROUNDS, works);
  // strace is so slow that a tenth of the writes, once, says enough.
  const strace = has('strace') ? once(STRACE, count / 10)() : Number.NaN;
  const [none, dk] = [median(times.none), median(times.dk)];
  rows.push({
    'write of': `${bytes} B`,
    'none ns': Math.round(none),
    'dk ns': Math.round(dk),
    'dk adds ns': Math.round(dk - none),
    'strace -f adds ns': Math.round(strace - none),
    'strace over dk': `${((strace - none) / (dk - none)).toFixed(1)}x`,
  });
}
report('cost of one write', rows);
