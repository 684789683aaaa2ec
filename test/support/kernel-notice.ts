import { kernelTestsRequired, whyNoKernelTests } from './machine.js';

/** Once a run, before the tests: that the kernel tests are skipped, and why. */
export function setup(): void {
  const reason = whyNoKernelTests();
  if (reason === undefined || kernelTestsRequired) return;
  process.stderr.write(`\nKERNEL TESTS ARE SKIPPED: ${reason}. DK_REQUIRE_BPF=1 makes this a failure.\n`);
}
