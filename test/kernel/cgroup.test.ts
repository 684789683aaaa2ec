import { describe, expect } from 'vitest';
import { makeTargetCgroup } from '../../src/capture/cgroup.js';
import { kernelTest } from '../support/kernel.js';

describe('the command’s cgroup', () => {
  kernelTest('that is gone holds nobody, and is not an error', (context) => {
    const cgroup = makeTargetCgroup(`test${process.pid}`);
    if (cgroup === undefined) return context.skip('no cgroup v2 here');
    expect({ frozen: cgroup.isFrozen(), threads: cgroup.threads() }).toEqual({ frozen: false, threads: 0 });
    cgroup.remove();
    expect({ frozen: cgroup.isFrozen(), threads: cgroup.threads() }).toEqual({ frozen: true, threads: 0 });
    expect(() => cgroup.thaw()).not.toThrow();
  });
});
