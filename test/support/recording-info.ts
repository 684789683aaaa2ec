import type { NewRecording } from '../../src/catalog/store.js';

/** What a short run of `make` would put into its manifest. */
export function newRecording(changes: Partial<NewRecording> = {}): NewRecording {
  return {
    label: null,
    argv: ['make', 'all'],
    cwd: '/w',
    roots: ['/w'],
    excludes: [],
    startedMs: 1_700_000_000_000,
    durationNs: 0,
    exitCode: null,
    signal: null,
    events: 0,
    files: 0,
    sizeBytes: 0,
    gaps: 0,
    lostRecords: 0,
    frozenNs: 0,
    verified: null,
    host: { kernel: '6.1.0', user: 'ann', uid: 1000, gid: 1000, arch: 'x64', hostname: 'box' },
    probes: 'syscall',
    dkVersion: '0.1.0',
    notices: [],
    ...changes,
  };
}
