import { type NewRecording, NOTHING_RECORDED } from '../../src/catalog/store.js';

/** What a short run of `make` would put into its manifest. */
export function newRecording(changes: Partial<NewRecording> = {}): NewRecording {
  return {
    label: null,
    argv: ['make', 'all'],
    cwd: '/w',
    roots: ['/w'],
    excludes: [],
    startedMs: 1_700_000_000_000,
    ...NOTHING_RECORDED,
    host: { kernel: '6.1.0', user: 'ann', uid: 1000, gid: 1000, arch: 'x64', hostname: 'box' },
    probes: 'syscall',
    dkVersion: '0.1.0',
    notices: [],
    ...changes,
  };
}
