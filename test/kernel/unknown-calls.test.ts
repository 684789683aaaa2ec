import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALL_CALLS, COMPAT_CALLS, HARMLESS_CALLS } from '../../src/syscalls/lookup.js';
import { requireCompat } from '../support/compat.js';
import { kernelTest } from '../support/kernel.js';
import { Bench, compiled } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();

async function gapsOf(what: string) {
  const at = new Bench(temp());
  writeFileSync(join(at.work, 'f'), 'bytes\n');
  const program = await compiled('test/kernel/fixtures/unknown-calls.c');
  const { code, id, summary } = await at.record([program, what, 'f']);
  const gaps = (await at.log(id)).filter(({ kind }) => kind === 'gap');
  const shown = gaps.map(({ path, cause }) => ({ path: String(path).replace(`${at.work}/`, ''), cause }));
  return { code, gaps: shown, verified: / · verified · /.test(summary) };
}

describe('a call that is not known and succeeds is a gap that names it', () => {
  const GAPS: Readonly<Record<string, { path: string; cause: string }>> = {
    beyond: { path: '', cause: 'system call 500, which is not followed' },
    far: { path: '', cause: 'system call 5000, which is not followed' },
    compat: { path: '', cause: 'system call 500 of the 32-bit interface, which is not followed' },
    x32: { path: '', cause: 'system call 1 (write) of the x32 interface, which is not followed' },
    ioctl: { path: 'f', cause: 'ioctl 0x12345678, which is not followed' },
    remap: { path: '', cause: 'remap_file_pages: the pages of a mapping were put into another order' },
    swapon: { path: 'f', cause: 'swapon: the kernel puts memory into it' },
  };
  for (const [what, gap] of Object.entries(GAPS)) {
    kernelTest(what, async (context) => {
      if (what === 'compat') await requireCompat(context);
      expect(await gapsOf(what)).toEqual({ code: 0, gaps: [gap], verified: true });
    });
  }
});

describe('what changes nothing taints nothing', () => {
  const HARMLESS: Readonly<Record<string, string>> = {
    probe: 'a probe that is answered with ENOSYS',
    'compat-probe': 'the same by the 32-bit interface',
    signal: 'the return from a signal handler, which has no number',
    'x32-harmless': 'a harmless call of the x32 interface',
  };
  for (const [what, name] of Object.entries(HARMLESS)) {
    kernelTest(name, async (context) => {
      if (what === 'compat-probe') await requireCompat(context);
      expect(await gapsOf(what)).toEqual({ code: 0, gaps: [], verified: true });
    });
  }
});

/** Names that the kernel's functions for calls have, where they differ from those of the calls. */
const CALLED: Readonly<Record<string, string>> = {
  newstat: 'stat',
  newfstat: 'fstat',
  newlstat: 'lstat',
  newuname: 'uname',
  gethostname: 'uname', // of other architectures, like the next
  sync_file_range2: 'sync_file_range',
  recv: 'socketcall',
  send: 'socketcall',
  mmap_pgoff: 'mmap2',
  llseek: '_llseek',
  old_getrlimit: 'getrlimit',
  old_readdir: 'readdir',
  old_select: 'select',
  old_mmap: 'mmap',
  old_msgctl: 'msgctl',
  old_semctl: 'semctl',
  old_shmctl: 'shmctl',
  oldumount: 'umount',
  preadv64: 'preadv',
  preadv64v2: 'preadv2',
  pwritev64: 'pwritev',
  pwritev64v2: 'pwritev2',
};

/** A call's plain name: of the variants for 32-bit programs, and for their times and user ids. */
function plainName(name: string): string {
  return name
    .replace(/^ia32_/, '')
    .replace(/_time(32|64)$/, '')
    .replace(/(16|32)$/, '');
}

/** Names of the functions that stand in the kernel for a call; what this kernel lacks has a weak one that answers ENOSYS. */
function callsOfKernel(): string[] {
  const symbols = readFileSync('/proc/kallsyms', 'latin1').matchAll(/ [tT] __(?:x64|ia32)_(?:compat_)?sys_(\w+)$/gm);
  return [...new Set([...symbols].map(([, name]) => name as string))].filter((name) => name !== 'ni_syscall');
}

kernelTest('every call of the running kernel is recorded, harmless for a reason, or a gap', () => {
  const known = new Set([...ALL_CALLS, ...HARMLESS_CALLS, ...COMPAT_CALLS].map(({ name }) => name));
  const names = callsOfKernel();
  expect(names.length).toBeGreaterThan(300);
  const isKnown = (name: string) => known.has(name) || known.has(CALLED[name] ?? '');
  expect(names.filter((name) => !isKnown(name) && !isKnown(plainName(name)))).toEqual([]);
});

test('no number stands for two calls', () => {
  const numbers = (of: 'x64' | 'i386') =>
    [...ALL_CALLS, ...HARMLESS_CALLS].map((call) => call[of]).filter((nr) => nr !== null);
  expect(numbers('x64').length).toBe(new Set(numbers('x64')).size);
  const compat = COMPAT_CALLS.map(({ nr }) => nr);
  expect(compat.length).toBe(new Set(compat).size);
});
