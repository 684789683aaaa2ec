import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** An ext4 filesystem of its own, so that it can be full, or read-only. */
export class SmallDisk {
  constructor(
    /** Where it is mounted. */
    readonly folder: string,
    image: string,
    megabytes: number,
  ) {
    mkdirSync(folder);
    closeSync(openSync(image, 'wx'));
    truncateSync(image, megabytes * 2 ** 20);
    // Without blocks that only root may use: dk runs as root here, and as anybody elsewhere.
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
    execFileSync('mount', ['-o', 'loop', image, folder]);
  }

  /** Takes every byte that is left. */
  fill(): void {
    const fd = openSync(join(this.folder, 'filler'), 'a');
    try {
      for (const size of [1 << 20, 1 << 10, 1]) {
        const bytes = Buffer.alloc(size);
        while (fits(() => writeSync(fd, bytes))) {
          /* until nothing fits any more */
        }
      }
    } finally {
      closeSync(fd);
    }
  }

  free(): void {
    rmSync(join(this.folder, 'filler'));
  }

  remount(how: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${how}`, this.folder]);
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
  }
}

function fits(write: () => number): boolean {
  try {
    return write() > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

/** Makes disks at `folder`/home that are unmounted with the test file. */
export function smallDisks(): (folder: string, megabytes: number) => SmallDisk {
  const made: SmallDisk[] = [];
  afterAll(() => {
    for (const disk of made) disk.unmount();
  });
  return (folder, megabytes) => {
    const disk = new SmallDisk(join(folder, 'home'), join(folder, 'image'), megabytes);
    made.push(disk);
    return disk;
  };
}
