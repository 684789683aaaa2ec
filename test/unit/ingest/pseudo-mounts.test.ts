import { expect, it } from 'vitest';
import { MountTable } from '../../../src/linux/mount-table.js';
import { PseudoMounts } from '../../../src/ingest/names/pseudo-mounts.js';

const MOUNTS = [
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '23 27 0:22 / /sys rw,relatime - sysfs sysfs rw',
  '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
].join('\n');

it('tells places of filesystems that hold no data from the others', () => {
  const mounts = new PseudoMounts(new MountTable(MOUNTS, '/'));
  expect(mounts.holds('/sys/fs/cgroup/unified/x')).toBe(true);
  expect(mounts.holds('/proc')).toBe(true);
  expect(mounts.holds('/process')).toBe(false);
  expect(mounts.holds('/home/proc')).toBe(false);
});
