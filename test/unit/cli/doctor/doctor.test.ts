import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../../src/cli/doctor/checks.js';
import { Machine } from '../../../../src/cli/doctor/machine.js';
import { DkError } from '../../../../src/errors.js';
import { mayRecord } from '../../../../src/native/privileges.js';
import { tempFolders } from '../../../support/temp-folder.js';
import { runCli } from '../run-cli.js';

const folder = tempFolders();
const ALL_CAPS = 'CapEff:\t000001ffffffffff\n';
const MOUNTS = `30 24 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro
31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw
`;

const BTF_NAMES = [
  'BPF_MAP_TYPE_RINGBUF',
  'BPF_FUNC_task_storage_get',
  'BPF_FUNC_get_current_task_btf',
  'BPF_FUNC_find_vma',
  'BPF_FUNC_loop',
  'btf_trace_sys_enter',
  'btf_trace_sys_exit',
  'btf_trace_sched_process_fork',
  'btf_trace_sched_process_exec',
  'btf_trace_sched_process_exit',
  'btf_trace_signal_deliver',
];
/** The string section is what counts. */
const btfWithout = (missing: string) => `btf\0${BTF_NAMES.filter((name) => name !== missing).join('\0')}\0`;

/** A machine with everything, in a folder of its own. */
function machine(
  changes: Record<string, string | undefined> = {},
  given: { uid?: number; arch?: string; programs?: string[]; load?: () => Promise<void> } = {},
): Machine {
  const root = folder();
  const files: Record<string, string | undefined> = {
    'sys/kernel/btf/vmlinux': btfWithout(''),
    'proc/self/status': `Name:\tnode\n${ALL_CAPS}`,
    'sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
    'proc/sys/kernel/seccomp/actions_avail': 'kill_process user_notif allow\n',
    'proc/self/mountinfo': MOUNTS,
    'sys/fs/cgroup/unified/cgroup.procs': '',
    ...changes,
  };
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const program of given.programs ?? []) {
    writeFileSync(join(root, program), `#!/bin/sh\necho "${program} version 9"\n`);
    chmodSync(join(root, program), 0o755);
  }
  const env = { PATH: root, DK_HOME: '/tmp/store' };
  return new Machine(env, {
    root,
    release: '5.14.0-427.el9.x86_64',
    arch: given.arch ?? 'x64',
    uid: given.uid ?? 0,
    load: given.load ?? (() => Promise.resolve()),
  });
}

const states = async (m: Machine) =>
  Object.fromEntries((await runChecks(m)).map((check) => [check.name, check.status]));
const check = async (m: Machine, name: string) => (await runChecks(m)).find((one) => one.name === name);

describe('the checks', () => {
  it('find nothing wrong with a good machine', async () => {
    const good = machine({ 'tmp/x': '' }, { programs: ['podman'] });
    expect(await states(good)).toEqual({
      kernel: 'ok',
      BTF: 'ok',
      privileges: 'ok',
      'kernel programs': 'ok',
      lockdown: 'ok',
      seccomp: 'ok',
      'cgroup freezer': 'ok',
      containers: 'ok',
      store: 'ok',
    });
    expect(await check(good, 'containers')).toMatchObject({ detail: 'podman version 9' });
    expect(await check(good, 'cgroup freezer')).toMatchObject({ detail: 'hybrid cgroups at /sys/fs/cgroup/unified' });
  });

  it('say what to do about each lack', async () => {
    const old = machine({ 'sys/kernel/btf/vmlinux': btfWithout('BPF_FUNC_loop') });
    expect(await check(old, 'kernel')).toEqual({
      name: 'kernel',
      status: 'lack',
      detail: 'Linux 5.14.0-427.el9.x86_64 on x64, without bpf_loop',
      fix: 'Boot another kernel: those of Debian and Ubuntu have it all from Linux 5.17 on.',
    });
    expect(await check(machine({}, { arch: 'arm64' }), 'kernel')).toMatchObject({ status: 'lack' });
    const refusing = machine(
      {},
      {
        load: () =>
          Promise.reject(new DkError('unsupported', 'The kernel did not take them: EINVAL.', 'Boot another.')),
      },
    );
    expect(await check(refusing, 'kernel programs')).toEqual({
      name: 'kernel programs',
      status: 'lack',
      detail: 'The kernel did not take them: EINVAL.',
      fix: 'Boot another.',
    });
    expect(await check(machine({ 'sys/kernel/btf/vmlinux': undefined }), 'BTF')).toMatchObject({
      status: 'lack',
      fix: expect.stringContaining('CONFIG_DEBUG_INFO_BTF=y'),
    });
    expect(await check(machine({ 'proc/sys/kernel/seccomp/actions_avail': 'allow' }), 'seccomp')).toMatchObject({
      status: 'lack',
    });
    expect(
      await check(machine({ 'sys/kernel/security/lockdown': 'none integrity [confidentiality]' }), 'lockdown'),
    ).toMatchObject({ status: 'lack', detail: 'confidentiality' });
    expect(await check(machine({ 'proc/self/mountinfo': '' }), 'cgroup freezer')).toMatchObject({
      status: 'note',
      detail: 'no cgroup v2 is mounted',
    });
    expect(await check(machine(), 'containers')).toMatchObject({ status: 'note' });
  });

  it('tell root in a container from a user with or without sudo', async () => {
    const plain = { 'proc/self/status': 'CapEff:\t0000000000200000\n' };
    expect(await check(machine(plain), 'privileges')).toMatchObject({
      status: 'lack',
      detail: 'CAP_BPF, CAP_PERFMON missing',
      fix: expect.stringContaining('--privileged'),
    });
    expect(await check(machine(plain, { uid: 1000, programs: ['sudo'] }), 'privileges')).toMatchObject({
      status: 'note',
      fix: expect.stringContaining('sudo'),
    });
    expect(await check(machine(plain, { uid: 1000 }), 'privileges')).toMatchObject({
      status: 'lack',
      fix: expect.stringContaining('Install sudo'),
    });
  });
});

describe('dk doctor', () => {
  it('works here, whatever here is', async () => {
    const home = folder();
    const text = await runCli(['doctor'], { home });
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^[✓!✗] kernel +Linux /);
    const report = JSON.parse((await runCli(['doctor', '--json'], { home })).stdout);
    const names = report.checks.map((one: { name: string }) => one.name);
    expect(names.filter((name: string) => name !== 'kernel programs')).toEqual([
      'kernel',
      'BTF',
      'privileges',
      'lockdown',
      'seccomp',
      'cgroup freezer',
      'containers',
      'store',
    ]);
    // Only who has the privileges can ask the kernel itself.
    expect(names.includes('kernel programs')).toBe(mayRecord());
    expect(report.canRecord).toBe(report.checks.every((one: { status: string }) => one.status !== 'lack'));
    rmSync(home, { recursive: true });
  });
});
