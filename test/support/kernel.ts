import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'vitest';
import { kernelTestsRequired, whyNoKernelTests } from './machine.js';

export const PROJECT_DIR = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** The command under test. */
export const DK = join(PROJECT_DIR, 'dk');

const reason = whyNoKernelTests();

/** A test that records with the real kernel. Skips with the reason where that is impossible, fails under DK_REQUIRE_BPF=1. */
export function kernelTest(
  name: string,
  body: (context: TestContext) => Promise<void> | void,
  timeoutMs?: number,
): void {
  test(name, { timeout: timeoutMs }, async (context) => {
    if (reason !== undefined) {
      if (kernelTestsRequired) throw new Error(`DK_REQUIRE_BPF=1, but ${reason}.`);
      context.skip(reason);
    }
    await body(context);
  });
}
