import { defineConfig } from 'vitest/config';

/** These use the machine itself (kernel probes, terminals, timing of kills) and would disturb each other. */
const MACHINE = ['test/kernel', 'test/tui', 'test/faults', 'test/real', 'test/integration'];
/** It tries every command on many bundles: minutes of both cores, so after the tests that have deadlines. */
const LONG = ['test/format/crafted.test.ts', 'test/format/fuzz.test.ts'];
const FILES = '**/*.test.{ts,tsx}';

export default defineConfig({
  test: {
    pool: 'forks',
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'model',
          include: [`test/${FILES}`],
          exclude: [...MACHINE.map((folder) => `${folder}/**`), ...LONG],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'machine',
          globalSetup: 'test/support/kernel-notice.ts',
          setupFiles: 'test/support/left-running.ts',
          include: MACHINE.map((folder) => `${folder}/${FILES}`),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Until three runs in a row have passed without it; the reporter shows what was tried again.
          retry: 2,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: LONG,
          testTimeout: 600_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
