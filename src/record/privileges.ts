import { readFileSync } from 'node:fs';

/** Bit numbers of include/uapi/linux/capability.h. */
const CAP_SYS_ADMIN = 21n;
const CAP_SYS_NICE = 23n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** Whether this process may load and attach the recording programs. Kernels before 5.8 ask for CAP_SYS_ADMIN instead. */
export function mayRecord(status: string = ownStatus()): boolean {
  const has = capabilities(status);
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

/** Whether a thread that gave way to others can get its place back. */
export function mayRaisePriority(status: string = ownStatus()): boolean {
  return capabilities(status)(CAP_SYS_NICE);
}

const ownStatus = (): string => readFileSync('/proc/self/status', 'utf8');

function capabilities(status: string): (bit: bigint) => boolean {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (bit) => ((effective >> bit) & 1n) === 1n;
}
