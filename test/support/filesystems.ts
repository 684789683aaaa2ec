import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './record.js';

/**
 * "disk" is what the temporary folder is on; "overlay" has its layers there, "overlay-tmpfs" only the lower one, and so has
 * "overlay-xino", which shows inode numbers beyond 2^63.
 */
export type Filesystem = 'disk' | 'tmpfs' | 'overlay' | 'overlay-tmpfs' | 'overlay-xino';

/**
 * Makes the empty folder `at` a filesystem of that kind. `fill` puts there what stands from before: of an overlay that is
 * the lower layer, so that every first change copies up. `aside`: an empty folder for the layers. Returns what unmounts it.
 */
export async function mountFilesystem(
  kind: Filesystem,
  { at, aside, fill }: { at: string; aside: string; fill: () => Promise<void> },
): Promise<() => Promise<void>> {
  const mounted: string[] = [];
  const mount = async (point: string, ...args: string[]) => {
    await must(['mount', ...args, point]);
    mounted.push(point);
  };
  const unmount = async () => {
    for (let point = mounted.pop(); point !== undefined; point = mounted.pop()) await must(['umount', point]);
  };
  if (kind === 'tmpfs') await mount(at, '-t', 'tmpfs', 'tmpfs');
  if (kind === 'disk' || kind === 'tmpfs') {
    await fill();
    return unmount;
  }
  const layer = (name: string) => join(aside, name);
  mkdirSync(layer('lower'), { recursive: true });
  mkdirSync(layer('over'));
  // Filled where it will be seen, so that absolute links lead to where they will lead.
  await mount(at, '--bind', layer('lower'));
  await fill();
  await unmount();
  if (kind !== 'overlay') await mount(layer('over'), '-t', 'tmpfs', 'tmpfs');
  mkdirSync(layer('over/upper'));
  mkdirSync(layer('over/work'));
  const layers = `lowerdir=${layer('lower')},upperdir=${layer('over/upper')},workdir=${layer('over/work')}`;
  const options = kind === 'overlay-xino' ? `xino=on,${layers}` : layers;
  await mount(at, '-t', 'overlay', '-o', options, 'overlay');
  return unmount;
}

/** Where the upper layer of an overlay is whose inode numbers do not tell which names are one file. */
export function upperLayer(kind: Filesystem, aside: string): string | undefined {
  return kind === 'overlay-tmpfs' || kind === 'overlay-xino' ? join(aside, 'over/upper') : undefined;
}

async function must(argv: readonly string[]): Promise<void> {
  const done = await run(argv);
  if (done.code !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
}
