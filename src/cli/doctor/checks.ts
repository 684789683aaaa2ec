import { mountsIn } from '../../linux/mountinfo.js';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatBytes } from '../../debugger/quantities.js';
import { storeHome } from '../../catalog/store-home.js';
import type { Machine } from './machine.js';

/** ok: as it should be. note: works, but less well or only partly. lack: `dk run` cannot record because of it. */
export interface Check {
  name: string;
  status: 'ok' | 'note' | 'lack';
  detail: string;
  /** What to do about it, one sentence; '' when there is nothing to do. */
  fix: string;
}
type CheckRow = (machine: Machine) => Check | Promise<Check> | readonly Check[] | Promise<readonly Check[]>;

/** What the kernel programs use, by the name that the kernel's BTF has for it when it is there, and the version that has all. */
const NEEDED_OF_KERNEL: readonly { name: string; what: string }[] = [
  { name: 'BPF_MAP_TYPE_RINGBUF', what: 'the BPF ring buffer' },
  { name: 'BPF_FUNC_task_storage_get', what: 'bpf_task_storage_get' },
  { name: 'BPF_FUNC_get_current_task_btf', what: 'bpf_get_current_task_btf' },
  { name: 'BPF_FUNC_find_vma', what: 'bpf_find_vma' },
  { name: 'BPF_FUNC_loop', what: 'bpf_loop' },
  { name: 'btf_trace_sys_enter', what: 'the tracepoint sys_enter' },
  { name: 'btf_trace_sys_exit', what: 'the tracepoint sys_exit' },
  { name: 'btf_trace_sched_process_fork', what: 'the tracepoint sched_process_fork' },
  { name: 'btf_trace_sched_process_exec', what: 'the tracepoint sched_process_exec' },
  { name: 'btf_trace_sched_process_exit', what: 'the tracepoint sched_process_exit' },
  { name: 'btf_trace_signal_deliver', what: 'the tracepoint signal_deliver' },
];
const BTF = '/sys/kernel/btf/vmlinux';
/** capability(7) */
const NEEDED_CAPS = [
  { bit: 39, name: 'CAP_BPF' },
  { bit: 38, name: 'CAP_PERFMON' },
  { bit: 21, name: 'CAP_SYS_ADMIN' },
] as const;
const LOW_SPACE = 1e9;

/** THE list of what `dk doctor` looks at, in the order it is printed. */
export const CHECKS: readonly CheckRow[] = [
  kernel,
  btf,
  privileges,
  programs,
  lockdown,
  seccomp,
  freezer,
  engines,
  store,
];

export async function runChecks(machine: Machine): Promise<Check[]> {
  const results = await Promise.all(CHECKS.map((check) => check(machine)));
  return results.flat();
}

const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail, fix: '' });
const note = (name: string, detail: string, fix: string): Check => ({ name, status: 'note', detail, fix });
const lack = (name: string, detail: string, fix: string): Check => ({ name, status: 'lack', detail, fix });

/** Asks for what is used and not for a version: distributions bring features to older kernels, and leave some out. */
function kernel(machine: Machine): Check {
  const detail = `Linux ${machine.release} on ${machine.arch}`;
  if (machine.arch !== 'x64') return lack('kernel', detail, 'Use a machine with an x86-64 processor.');
  const names = machine.bytes(BTF);
  if (names === undefined) return note('kernel', `${detail}; without BTF it cannot be asked what it has`, '');
  const missing = NEEDED_OF_KERNEL.filter(({ name }) => !names.includes(`\0${name}\0`)).map(({ what }) => what);
  if (missing.length === 0) return ok('kernel', detail);
  return lack(
    'kernel',
    `${detail}, without ${missing.join(', ')}`,
    'Boot another kernel: those of Debian and Ubuntu have it all from Linux 5.17 on.',
  );
}

function btf(machine: Machine): Check {
  if (machine.readable(BTF)) return ok('BTF', BTF);
  return lack(
    'BTF',
    `${BTF} cannot be read`,
    'Boot a kernel with CONFIG_DEBUG_INFO_BTF=y, as those of Debian, Ubuntu and Fedora are, and mount /sys.',
  );
}

function privileges(machine: Machine): Check[] {
  const missing = missingCapabilities(machine);
  if (missing.length === 0) return [ok('privileges', NEEDED_CAPS.map((cap) => cap.name).join(', '))];
  const what = `${missing.join(', ')} missing`;
  if (machine.uid === 0) {
    return [
      lack(
        'privileges',
        what,
        'Give the container these capabilities (--privileged, or --cap-add for each), or run dk on the host.',
      ),
    ];
  }
  if (machine.has('sudo'))
    return [note('privileges', what, 'dk run asks sudo for them; the recorded command still runs as you.')];
  return [
    lack(
      'privileges',
      `${what}, and there is no sudo`,
      'Install sudo and have root give you the rule in docs/security.md, or run dk as root.',
    ),
  ];
}

function missingCapabilities(machine: Machine): string[] {
  const line = /^CapEff:\s*([0-9a-f]+)/m.exec(machine.text('/proc/self/status') ?? '');
  const effective = BigInt(`0x${line?.[1] ?? '0'}`);
  return NEEDED_CAPS.filter((cap) => ((effective >> BigInt(cap.bit)) & 1n) === 0n).map((cap) => cap.name);
}

/** The only sure answer: the kernel takes the programs or says why not. Loaded, not attached. */
async function programs(machine: Machine): Promise<Check[]> {
  if (missingCapabilities(machine).length > 0) return []; // what is missing is told above
  const refusal = await machine.refusalOfPrograms();
  if (refusal === undefined) return [ok('kernel programs', 'the kernel takes them (syscall probes)')];
  return [lack('kernel programs', refusal.message, refusal.hint)];
}

/** Lockdown's confidentiality mode forbids BPF to read kernel memory (kernel_lockdown(7)). */
function lockdown(machine: Machine): Check {
  const mode = /\[(\w+)\]/.exec(machine.text('/sys/kernel/security/lockdown') ?? '')?.[1] ?? 'none';
  if (mode === 'none') return ok('lockdown', 'none');
  if (mode === 'integrity') return ok('lockdown', 'integrity');
  return lack('lockdown', mode, 'Boot with lockdown=integrity or without lockdown.');
}

function seccomp(machine: Machine): Check {
  const actions = machine.text('/proc/sys/kernel/seccomp/actions_avail') ?? '';
  if (actions.includes('user_notif')) return ok('seccomp', 'user notification');
  return lack('seccomp', 'no user notification', 'Boot a kernel with CONFIG_SECCOMP_FILTER=y, version 5.5 or newer.');
}

/** The freezer holds the command back while the ring buffer is full; without it records can be lost, which is then told. */
function freezer(machine: Machine): Check {
  const mounts = mountsIn(machine.text('/proc/self/mountinfo') ?? '');
  const mount = mounts.find(({ type }) => type === 'cgroup2')?.point;
  if (mount === undefined) {
    return note('cgroup freezer', 'no cgroup v2 is mounted', 'Mount one: mount -t cgroup2 none /sys/fs/cgroup/unified');
  }
  const layout = mount === '/sys/fs/cgroup' ? 'cgroup v2' : 'hybrid cgroups';
  if (machine.writable(mount)) return ok('cgroup freezer', `${layout} at ${mount}`);
  return note(
    'cgroup freezer',
    `${layout} at ${mount}, not writable`,
    machine.uid === 0
      ? `Remount it for writing: mount -o remount,rw ${mount}`
      : 'Nothing to do: dk run gets it through sudo.',
  );
}

async function engines(machine: Machine): Promise<Check> {
  const found: string[] = [];
  for (const engine of ['podman', 'docker']) {
    if (!machine.has(engine)) continue;
    const version = await machine.firstLine(engine, ['--version']);
    found.push(version ?? `${engine} (does not start)`);
  }
  if (found.length > 0) return ok('containers', found.join('; '));
  return note('containers', 'neither podman nor docker found', 'Install podman or docker to record containers.');
}

function store(machine: Machine): Check {
  const folder = storeHome(machine.env);
  let standing = folder;
  while (!existsSync(standing) && standing !== '/') standing = dirname(standing);
  if (!machine.writable(standing)) {
    return lack('store', `${folder} is not writable`, 'Point DK_HOME at a folder you can write to.');
  }
  const free = machine.freeBytes(standing) ?? 0;
  const detail = `${folder}, ${formatBytes(free)} free`;
  return free < LOW_SPACE
    ? note('store', detail, 'Free some space, or remove recordings with: dk rm REC')
    : ok('store', detail);
}
