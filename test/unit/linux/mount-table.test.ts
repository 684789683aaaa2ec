import { describe, expect, it } from 'vitest';
import { MountTable } from '../../../src/linux/mount-table.js';

const MOUNTS = [
  '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '30 27 0:40 / /tmp rw - tmpfs tmpfs rw',
  '31 27 254:0 /data/work /work rw - ext4 /dev/vda rw',
  '32 27 0:41 / /mnt/with\\040blank rw - tmpfs tmpfs rw',
  '33 27 254:16 /sub /covered rw - ext4 /dev/vdb rw',
  '34 27 0:42 / /covered rw - tmpfs tmpfs rw',
].join('\n');

describe('a file of a filesystem has the path', () => {
  const at = (cwd: string, dev: string, within: string) => new MountTable(MOUNTS, cwd).locate(dev, within);

  it('of the place where the filesystem is mounted', () => {
    expect(at('/', '0:40', '/a/b')).toBe('/tmp/a/b');
    expect(at('/', '254:0', '/etc')).toBe('/etc');
    expect(at('/', '0:41', '/')).toBe('/mnt/with blank');
  });

  it('of two places the nearer one to the working directory, else the closer mount', () => {
    expect(at('/work/here', '254:0', '/data/work/f')).toBe('/work/f');
    expect(at('/data/work', '254:0', '/data/work/f')).toBe('/data/work/f');
    expect(at('/tmp', '254:0', '/data/work/f')).toBe('/work/f');
    expect(at('/tmp', '254:0', '/data/workshop')).toBe('/data/workshop');
  });

  it('none where it is not mounted, or covered by something else', () => {
    expect(at('/', '0:99', '/f')).toBeUndefined();
    expect(at('/', '254:16', '/sub/f')).toBeUndefined();
    expect(at('/', '254:0', '/tmp/hidden')).toBeUndefined();
  });
});
