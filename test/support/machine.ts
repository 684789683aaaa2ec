import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** Bit numbers of include/uapi/linux/capability.h. */
const CAPABILITIES = { CAP_SYS_ADMIN: 21, CAP_PERFMON: 38, CAP_BPF: 39 };

/**
 * Why this machine cannot record, or undefined when it can. Looks at the machine only, never at whether dk works:
 * a recorder that fails must fail its tests, not skip them.
 */
export function whyNoKernelTests(): string | undefined {
  if (process.platform !== 'linux') return `${process.platform} is not Linux`;
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'the kernel has no BTF (/sys/kernel/btf/vmlinux)';
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const missing = Object.entries(CAPABILITIES).filter(
    ([, bit]) => ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 0n,
  );
  if (missing.length > 0) return `this process lacks ${missing.map(([name]) => name).join(', ')} (run as root)`;
  const lockdown = '/sys/kernel/security/lockdown';
  if (existsSync(lockdown) && readFileSync(lockdown, 'utf8').includes('[confidentiality]')) {
    return 'kernel lockdown is at confidentiality, which forbids BPF to read memory';
  }
  return undefined;
}

/** DK_REQUIRE_BPF=1: a kernel test that cannot run is a failure. */
export const kernelTestsRequired = process.env.DK_REQUIRE_BPF === '1';

/** Whether the running kernel is of that version or newer. */
export function isLinux(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = release().split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
