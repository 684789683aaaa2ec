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

const OLDEST_KERNEL = [5, 8] as const;
/** capability(7) */
const NEEDED_CAPS = [
  { bit: 39, name: 'CAP_BPF' },
  { bit: 38, name: 'CAP_PERFMON' },
  { bit: 21, name: 'CAP_SYS_ADMIN' },
] as const;
const LOW_SPACE = 1e9;

/** THE list of what `dk doctor` looks at, in the order it is printed. */
export const CHECKS: readonly CheckRow[] = [kernel, btf, privileges, lockdown, seccomp, freezer, engines, store];

export async function runChecks(machine: Machine): Promise<Check[]> {
  const results = await Promise.all(CHECKS.map((check) => check(machine)));
  return results.flat();
}

const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail, fix: '' });
const note = (name: string, detail: string, fix: string): Check => ({ name, status: 'note', detail, fix });
const lack = (name: string, detail: string, fix: string): Check => ({ name, status: 'lack', detail, fix });

/** 5.8 brought the BPF ring buffer, CAP_BPF and CAP_PERFMON. */
function kernel(machine: Machine): Check {
  const [major = 0, minor = 0] = machine.release.split('.').map((part) => Number.parseInt(part, 10));
  const detail = `Linux ${machine.release} on ${machine.arch}`;
  const [oldMajor, oldMinor] = OLDEST_KERNEL;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return ok('kernel', detail);
  return lack('kernel', `${detail}, too old`, `Boot a kernel of version ${oldMajor}.${oldMinor} or newer.`);
}

function btf(machine: Machine): Check {
  const path = '/sys/kernel/btf/vmlinux';
  if (machine.readable(path)) return ok('BTF', path);
  return lack(
    'BTF',
    `${path} cannot be read`,
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
      'Install sudo and allow yourself to use it, or run dk as root.',
    ),
  ];
}

function missingCapabilities(machine: Machine): string[] {
  const line = /^CapEff:\s*([0-9a-f]+)/m.exec(machine.text('/proc/self/status') ?? '');
  const effective = BigInt(`0x${line?.[1] ?? '0'}`);
  return NEEDED_CAPS.filter((cap) => ((effective >> BigInt(cap.bit)) & 1n) === 0n).map((cap) => cap.name);
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
  const mount = cgroup2Mount(machine.text('/proc/self/mountinfo') ?? '');
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

/** Mount point of the cgroup v2 hierarchy (proc(5), mountinfo: the type follows the lone dash). */
function cgroup2Mount(mountinfo: string): string | undefined {
  for (const line of mountinfo.split('\n')) {
    const [own = '', rest = ''] = line.split(' - ');
    if (rest.startsWith('cgroup2 ')) return own.split(' ')[4];
  }
  return undefined;
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
