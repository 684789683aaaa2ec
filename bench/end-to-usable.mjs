/** From the end of a command to its recording being sealed, proved and readable. */
import { compiled, DK, median, report, rounds, sandbox, timed } from './measure.mjs';

const box = sandbox();
const writes = compiled('writes');
const rows = [];
for (const events of [1000, 100_000, 1_000_000]) {
  const sealed = [];
  const { first } = rounds(events > 100_000 ? 3 : 5, {
    first: () => {
      const { stdout, endedMs, stderr } = timed([...DK, writes, String(events), '64', 'out'], box);
      const commandEndMs = Number(stdout.split(' ')[1]) / 1e6;
      if (!stderr.includes(' · 0 gaps · verified · ')) throw new Error(stderr);
      sealed.push(endedMs - commandEndMs);
      return timed([DK[0], 'log', '--limit', '1', '--from', 'end'], box).ms;
    },
  });
  rows.push({
    events: events.toLocaleString('en'),
    'end of command to prompt, ms': median(sealed).toFixed(0),
    'then dk log of the last event, ms': median(first).toFixed(0),
  });
}
report('end of command to usable recording', rows);
