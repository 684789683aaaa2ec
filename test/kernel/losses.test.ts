import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, compiled } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

const REPLACED = 'calls through a descriptor that another thread closed or replaced meanwhile';
const BY_OTHERS = 'changed by something that was not recorded: another process, or the kernel';
const UNREADABLE = 'calls whose memory could not be read afterwards';

/** What a second thread takes away while a call is in progress, and what the gap must say. */
const LOSSES = [
  { act: 'replaced-write', cause: REPLACED, file: '/out' },
  { act: 'replaced-copy', cause: REPLACED, file: '/out' },
  { act: 'iovec', cause: UNREADABLE, file: '/out' },
  { act: 'name', cause: 'mkdir: what it was about could not be read afterwards', file: null },
  { act: 'closed', cause: REPLACED, file: null },
] as const;

describe('what could not be captured names its true cause, and its file where that is known', () => {
  for (const { act, cause, file } of LOSSES) {
    kernelTest(act, async () => {
      const bench = new Bench(temp());
      const program = await compiled('test/kernel/fixtures/losses.c', ['-pthread']);
      const { code, stdout, id, summary } = await bench.record([program, act]);
      expect(code, `the second thread came in time ${stdout.trim()} times`).toBe(0);
      expect(summary).toMatch(/ · verified · /);
      const gaps = await bench.log(id, ['--kind', 'gap']);
      const told = gaps.map((gap) => ({ path: gap.path, cause: String(gap.cause).replace(/: \d+$/, '') }));
      expect(told).toContainEqual({ path: file === null ? '' : `${bench.work}${file}`, cause });
      // Bytes of the buffer itself may be gone as well as those of the vector.
      // The file that stands in for `out` is changed where the descriptor is replaced before the call has taken it.
      const others = told.filter(
        (gap) =>
          gap.cause !== cause &&
          gap.cause !== 'written bytes could not be read' &&
          !(cause === REPLACED && gap.path === `${bench.work}/spare` && gap.cause === BY_OTHERS),
      );
      expect(others).toEqual([]);
    });
  }
});
