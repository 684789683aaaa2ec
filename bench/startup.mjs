/** How long `dk run --no-tui -- true` takes, beside `true`, `node -e 0` and `strace -f true`. */
import { DK, has, median, report, rounds, sandbox, timed } from './measure.mjs';

const box = sandbox();
timed([...DK, 'true'], box);
const works = {
  true: () => timed(['true'], box).ms,
  'node -e 0': () => timed(['node', '-e', '0'], box).ms,
  'dk run -- true': () => timed([...DK, 'true'], box).ms,
};
if (has('strace')) works['strace -f true'] = () => timed(['strace', '-f', '-o', '/dev/null', 'true'], box).ms;
const times = rounds(11, works);
report(
  'start-up',
  Object.entries(times).map(([command, ms]) => ({
    command,
    'median ms': median(ms).toFixed(1),
    'best ms': Math.min(...ms).toFixed(1),
    'over true ms': (median(ms) - median(times.true)).toFixed(1),
  })),
);
