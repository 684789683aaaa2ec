import type { TestContext } from 'vitest';
import { compiled, run } from './record.js';

/** Skips, loudly, on a kernel that was booted with ia32_emulation=off: it ends a program at its first 32-bit call, without dk, too. */
export async function requireCompat(context: TestContext): Promise<void> {
  const program = await compiled('test/kernel/fixtures/compat.c');
  const plain = await run([program, 'look', '/dev/null']);
  if (plain.signal !== 'SIGSEGV') return;
  process.stderr.write('\nSKIPPED: this kernel runs no 32-bit calls (ia32_emulation is off).\n');
  context.skip('no 32-bit calls here');
}
