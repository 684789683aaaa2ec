import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { addon } from '../../src/native/addon.js';
import { NODE_FLAGS } from '../../src/journal/node-records.js';
import { kernelTest } from '../support/kernel.js';
import { LauncherBench, type SavedNode } from '../support/launcher.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;
const O = {
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
};
const OLD = 'the old bytes\n';

/** A work folder with file "f" of old bytes, a directory "d" and a symlink "l" to f. */
function bench(): LauncherBench {
  const b = new LauncherBench(temp());
  writeFileSync(join(b.work, 'f'), OLD, { mode: 0o640 });
  chmodSync(join(b.work, 'f'), 0o640);
  utimesSync(join(b.work, 'f'), 1_000_000_000, 1_111_111_111.5);
  mkdirSync(join(b.work, 'd'));
  symlinkSync('f', join(b.work, 'l'));
  return b;
}

/** The truth that a record must hold, taken before the command runs. */
function truth(path: string) {
  const stat = lstatSync(path, { bigint: true });
  return {
    mode: Number(stat.mode),
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    ino: stat.ino,
    sizeBytes: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    btimeNs: stat.birthtimeNs,
  };
}

const text = (node: SavedNode | undefined) => node?.content?.toString();
const summary = (nodes: SavedNode[]) => nodes.map((node) => [node.name.split('/work/')[1], text(node)]);

describe('content is saved before', () => {
  const cases: Record<string, string[]> = {
    'open for writing': [`openat ${AT_FDCWD} 'f ${O.WRONLY}`],
    'open for appending': [`openat ${AT_FDCWD} 'f ${O.WRONLY | O.APPEND}`],
    'open with O_TRUNC for reading': [`open 'f ${O.TRUNC}`],
    creat: ["creat 'f 0644"],
    openat2: [`openat2 ${AT_FDCWD} 'f q:${O.RDWR},0,0 24`],
    'open through a symlink': [`openat ${AT_FDCWD} 'l ${O.WRONLY}`],
    'open relative to a descriptor': [`a=openat ${AT_FDCWD} 'd ${O.DIRECTORY}`, `openat $a '../f ${O.WRONLY}`],
    'open after chdir': ["chdir 'd", `open '../f ${O.WRONLY}`],
    'open through /proc/self/fd': [`a=openat ${AT_FDCWD} 'f 0`, "open '/proc/self/fd/3 2"],
    truncate: ["truncate 'f 3"],
    unlink: ["unlink 'f"],
    unlinkat: [`a=openat ${AT_FDCWD} '. ${O.DIRECTORY}`, "unlinkat $a 'f 0"],
    'rename over it': ["creat 'new 0644", "rename 'new 'f"],
    renameat2: ["creat 'new 0644", `renameat2 ${AT_FDCWD} 'new ${AT_FDCWD} 'f 0`],
  };
  for (const [name, script] of Object.entries(cases)) {
    kernelTest(name, async () => {
      const b = bench();
      const before = truth(join(b.work, 'f'));
      await b.calls(script);
      const [saved, ...others] = b.savedOf('f');
      expect(saved).toMatchObject({ ...before, kind: 'preimage', flags: 0 });
      expect(text(saved)).toBe(OLD);
      expect(others).toEqual([]);
    });
  }
});

describe('metadata is saved before', () => {
  const cases: Record<string, string[]> = {
    chmod: ["chmod 'f 0600"],
    fchmod: [`a=open 'f 0`, 'fchmod $a 0600'],
    fchmodat: [`fchmodat ${AT_FDCWD} 'f 0600`],
    chown: ["chown 'f 1 1"],
    lchown: ["lchown 'f 1 1"],
    fchown: ["a=open 'f 0", 'fchown $a 1 1'],
    fchownat: [`fchownat ${AT_FDCWD} 'f 1 1 0`],
    'fchownat with an empty path': ["a=open 'f 0", "fchownat $a ' 1 1 0x1000"],
    utime: ["utime 'f q:1,2"],
    utimes: ["utimes 'f q:1,2,3,4"],
    futimesat: [`futimesat ${AT_FDCWD} 'f q:1,2,3,4`],
    utimensat: [`utimensat ${AT_FDCWD} 'f q:1,2,3,4 0`],
    futimens: ["a=open 'f 0", 'utimensat $a 0 q:1,2,3,4 0'],
    setxattr: ["setxattr 'f 'user.new b:3:1 3 0"],
    lsetxattr: ["lsetxattr 'f 'user.new b:3:1 3 0"],
    fsetxattr: ["a=open 'f 0", "fsetxattr $a 'user.new b:3:1 3 0"],
    removexattr: ["removexattr 'f 'user.old"],
    lremovexattr: ["lremovexattr 'f 'user.old"],
    fremovexattr: ["a=open 'f 0", "fremovexattr $a 'user.old"],
    'rename away': ["rename 'f 'g"],
    'rename away without replacing': [`renameat2 ${AT_FDCWD} 'f ${AT_FDCWD} 'g 1`],
  };
  for (const [name, script] of Object.entries(cases)) {
    kernelTest(name, async () => {
      const b = bench();
      addon().lsetxattr(join(b.work, 'f'), 'user.old', Buffer.from('old value'));
      const before = truth(join(b.work, 'f'));
      await b.calls(script);
      const [saved, ...others] = b.savedOf('f');
      expect(saved).toMatchObject({ ...before, kind: 'preimage', flags: 0, blob: 0 });
      expect([...(saved?.xattrs ?? [])]).toEqual([['user.old', Buffer.from('old value')]]);
      expect(others).toEqual([]);
    });
  }

  kernelTest('fchmodat2', async (context) => {
    const [major = 0, minor = 0] = execFileSync('uname', ['-r']).toString().split('.').map(Number);
    if (major < 6 || (major === 6 && minor < 6)) context.skip('fchmodat2 came with Linux 6.6');
    const b = bench();
    await b.calls([`fchmodat2 ${AT_FDCWD} 'f 0600 0`]);
    expect(summary(b.savedOf('f'))).toEqual([['f', undefined]]);
  });

  kernelTest('rmdir', async () => {
    const b = bench();
    const before = truth(join(b.work, 'd'));
    await b.calls(["rmdir 'd"]);
    expect(b.savedOf('d')).toMatchObject([{ ...before, blob: 0 }]);
  });

  kernelTest('exchange of two names saves no content', async () => {
    const b = bench();
    await b.calls([`renameat2 ${AT_FDCWD} 'f ${AT_FDCWD} 'd 2`]);
    expect(summary(b.saved().filter((node) => node.kind === 'preimage'))).toEqual([
      ['f', undefined],
      ['d', undefined],
    ]);
  });
});

describe('a symlink itself', () => {
  for (const [name, script] of Object.entries({
    unlink: ["unlink 'l"],
    lchown: ["lchown 'l 1 1"],
    rename: ["rename 'l 'm"],
    utimensat: [`utimensat ${AT_FDCWD} 'l q:1,2,3,4 0x100`],
    fchownat: [`fchownat ${AT_FDCWD} 'l 1 1 0x100`],
  })) {
    kernelTest(`${name} does not follow it`, async () => {
      const b = bench();
      const before = truth(join(b.work, 'l'));
      await b.calls(script);
      expect(b.savedOf('l')).toMatchObject([{ ...before, target: 'f', blob: 0 }]);
      expect(b.savedOf('f')).toEqual([]);
    });
  }

  kernelTest('is left alone by O_NOFOLLOW', async () => {
    const b = bench();
    await b.calls([`!open 'l ${O.WRONLY | O.NOFOLLOW}`]);
    expect(b.savedOf('l')).toEqual([]);
    expect(b.savedOf('f')).toEqual([]);
  });
});

describe('once', () => {
  kernelTest('is enough for the bytes of each inode; of a hard link each name is noted', async () => {
    const b = bench();
    linkSync(join(b.work, 'f'), join(b.work, 'second'));
    await b.calls(["truncate 'f 3", "truncate 'second 1", "chmod 'second 0600", "unlink 'f", "unlink 'second"]);
    expect(summary(b.saved().filter((node) => node.kind === 'preimage'))).toEqual([
      ['f', OLD],
      ['second', undefined],
    ]);
    expect(b.savedOf('second')).toMatchObject([{ flags: NODE_FLAGS.contentOnly, blob: 0 }]);
  });

  kernelTest(
    'a file from outside is noted before it gets a further name, one inside has its number of links in the base',
    async () => {
      const b = bench();
      writeFileSync(join(b.work, '../beside'), 'beside');
      symlinkSync('../beside', join(b.work, 'soft'));
      const follow = `linkat ${AT_FDCWD} 'soft ${AT_FDCWD} 'third ${AT_SYMLINK_FOLLOW}`;
      await b.calls(["link '../beside 'second", follow, "link 'f 'g"]);
      const notes = b.saved().filter((node) => node.kind === 'preimage');
      expect(notes.map(({ name, nlink, flags, blob }) => [name.split('/').at(-1), nlink, flags, blob])).toEqual([
        ['beside', 1, 0, 0],
      ]);
    },
  );

  kernelTest('metadata first, content when a later call needs it', async () => {
    const b = bench();
    const before = truth(join(b.work, 'f'));
    await b.calls(["chmod 'f 0600", "truncate 'f 3"]);
    const [first, second] = b.savedOf('f');
    expect(first).toMatchObject({ ...before, flags: 0, blob: 0 });
    expect(second).toMatchObject({ flags: NODE_FLAGS.contentOnly });
    expect(text(second)).toBe(OLD);
  });

  kernelTest('an empty file stays empty in the past, however it grows', async () => {
    const b = bench();
    writeFileSync(join(b.work, 'empty'), '');
    await b.calls([`a=open 'empty ${O.WRONLY}`, 'write $a b:10:1 10', `open 'empty ${O.WRONLY}`, "unlink 'empty"]);
    expect(b.savedOf('empty')).toMatchObject([{ sizeBytes: 0, blob: 0 }]);
  });

  kernelTest('what was born during the recording is not saved', async () => {
    const b = bench();
    const script = ["a=creat 'born 0644", 'write $a b:10:1 10', "truncate 'born 1", "chmod 'born 0600", "unlink 'born"];
    await b.calls(script);
    expect(b.savedOf('born')).toEqual([]);
  });
});

describe('a removed file', () => {
  kernelTest('that is overwritten through a descriptor after its last name is gone', async () => {
    const b = bench();
    await b.calls(["a=open 'f 0", "unlink 'f", "b=open '/proc/self/fd/3 1", 'write $b b:5:1 5']);
    expect(summary(b.savedOf('f'))).toEqual([['f', OLD]]);
  });

  kernelTest('whose attributes and mode change through a descriptor is noted as it was', async () => {
    const b = bench();
    addon().lsetxattr(join(b.work, 'f'), 'user.old', Buffer.from('old value'));
    const before = truth(join(b.work, 'f'));
    await b.calls(["a=open 'f 0", "unlink 'f", "fsetxattr $a 'user.new b:3:1 3 0", 'fchmod $a 0600']);
    const [saved, ...others] = b.savedOf('f');
    expect(saved).toMatchObject(before);
    expect(saved?.content).toEqual(Buffer.from(OLD));
    expect([...(saved?.xattrs ?? [])]).toEqual([['user.old', Buffer.from('old value')]]);
    expect(others).toEqual([]);
  });

  kernelTest('large ones are kept, holes included', async () => {
    const b = bench();
    const sparse = join(b.work, 'sparse');
    writeFileSync(sparse, Buffer.alloc(200_000, 'x'));
    truncateSync(sparse, 50_000_000);
    const content = readFileSync(sparse);
    await b.calls(["unlink 'sparse"]);
    const [saved] = b.savedOf('sparse');
    expect(saved?.content?.equals(content)).toBe(true);
    const blocks = lstatSync(join(b.recording, 'preimage', String(saved?.blob))).blocks;
    expect(blocks * 512).toBeLessThan(1_000_000);
  });

  kernelTest('ten thousand at once', async () => {
    const b = bench();
    mkdirSync(join(b.work, 'many'));
    await b.direct(['sh', '-c', 'cd many && seq 10000 | split -l 1 -a 4 -d - ""']);
    const { messages } = await b.run(['rm', '-rf', 'many']);
    const contents = b.saved().filter((node) => node.blob !== 0);
    expect(contents.length).toBe(10_000);
    for (const node of contents) expect(text(node)).toBe(`${Number(node.name.split('/').at(-1)) + 1}\n`);
    expect(messages.find((message) => message.type === 'D')).toMatchObject({ blobs: 10_000, lost: 0 });
  });
});

describe('what a command inherits open for writing', () => {
  kernelTest('is saved before it starts, with its descriptor', async () => {
    const b = bench();
    const fd = openSync(join(b.work, 'f'), 'r+');
    await b.run(['true'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    closeSync(fd);
    expect(b.savedOf('f')).toMatchObject([{ kind: 'inherited', flags: NODE_FLAGS.inherited, parent: 3 }]);
    expect(text(b.savedOf('f')[0])).toBe(OLD);
  });

  kernelTest('open for reading it is not', async () => {
    const b = bench();
    const fd = openSync(join(b.work, 'f'), 'r');
    await b.run(['true'], { stdio: [fd, 'ignore', 'ignore'] });
    closeSync(fd);
    expect(b.saved()).toEqual([]);
  });
});

describe('not saved', () => {
  kernelTest('devices, fifos and pseudo filesystems; and nothing hangs', async () => {
    const b = bench();
    execFileSync('mkfifo', [join(b.work, 'fifo')]);
    const nonblocking = 0o4000;
    await b.calls([
      `open '/dev/null ${O.WRONLY | O.TRUNC}`,
      `open '/proc/self/comm ${O.WRONLY}`,
      `open 'fifo ${O.RDWR | nonblocking}`,
      `!open 'd ${O.WRONLY}`,
    ]);
    expect(b.saved()).toEqual([]);
  });

  kernelTest('directories that dk keeps for itself', async () => {
    const b = bench();
    mkdirSync(join(b.work, 'own'));
    writeFileSync(join(b.work, 'own', 'file'), 'x');
    await b.calls(["truncate 'own/file 0", "truncate 'f 0"], { extraPlan: [`skip=${join(b.work, 'own')}`] });
    expect(summary(b.saved())).toEqual([['f', OLD]]);
    expect(b.base().map((node) => node.name)).not.toContain('own');
  });
});

describe('content above the limit', () => {
  kernelTest('is copied in ranges, holes left out', async () => {
    const b = bench();
    const big = join(b.work, 'big');
    const content = Buffer.concat([Buffer.alloc(1_500_000, 'one'), Buffer.alloc(524_288), Buffer.alloc(72_152, 'two')]);
    content.fill(0, 1_499_136, 2_023_424); // whole blocks
    writeFileSync(big, content.subarray(0, 1_499_136));
    truncateSync(big, 2_023_424);
    writeFileSync(big, content.subarray(2_023_424), { flag: 'a' });
    const { messages } = await b.calls(["unlink 'big", "truncate 'f 0"], { extraPlan: ['preimage-limit=4096'] });
    const [saved] = b.savedOf('big');
    expect(saved).toMatchObject({ flags: NODE_FLAGS.tooLarge, sizeBytes: content.length, content: undefined });
    const { file, ranges } = b.copied(saved?.blob ?? 0);
    expect(ranges.map(({ offset, length, hole }) => [offset, offset + length, hole])).toEqual([
      [0, 1_048_576, false],
      [1_048_576, 1_499_136, false],
      [1_499_136, 2_023_424, true],
      [2_023_424, 2_096_440, false],
    ]);
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(text(b.savedOf('f')[0])).toBe(OLD);
    expect(messages.find((message) => message.type === 'D')).toMatchObject({
      bytes: content.length + OLD.length,
      lost: 0,
    });
  });

  kernelTest('that is cut off before the copy gets there has no ranges', async () => {
    const b = bench();
    writeFileSync(join(b.work, 'big'), Buffer.alloc(5000));
    const { messages } = await b.calls(["truncate 'big 0", 'exit_group 0'], { extraPlan: ['preimage-limit=4096'] });
    const covered = b.copied(b.savedOf('big')[0]?.blob ?? 0).ranges.map(({ offset, length }) => offset + length);
    expect(covered.every((end) => end <= 5000)).toBe(true);
    expect(messages.filter((message) => message.type === 'W')).toEqual([]);
  });
});

describe('a full disk', () => {
  kernelTest('is told once, and the command never notices', async () => {
    const b = bench();
    for (const name of ['big', 'bigger', 'small']) writeFileSync(join(b.work, name), Buffer.alloc(400_000, name));
    const full = join(b.work, 'full');
    mkdirSync(full);
    const setUp = `mount -t tmpfs -o size=256k none ${full} && exec "$@"`;
    const { code, messages } = await b.run(
      [
        'sh',
        '-c',
        'for f in big bigger small f; do echo new > $f || exit 9; done; for i in $(seq 20); do rm -f $i; done',
      ],
      {
        through: ['unshare', '--mount', 'sh', '-c', setUp, 'sh'],
        plan: [`dir=${full}`, `root=${b.work}`, `skip=${full}`],
      },
    );
    expect(code).toBe(0);
    const warnings = messages.filter((message) => message.type === 'W').map((message) => message.text);
    expect(warnings).toEqual([
      'The old content of changed files can no longer be saved (No space left on device). ' +
        'Make room where DK_HOME lies; what was saved so far is kept.',
    ]);
    expect(messages.find((message) => message.type === 'D')).toMatchObject({ lost: 4 });
  });

  kernelTest('before the start is an error', async () => {
    const b = bench();
    const setUp = 'mount -t tmpfs -o size=4k none . && exec "$@"';
    const { code, messages } = await b.run(['true'], {
      through: ['unshare', '--mount', 'sh', '-c', `cd ${b.recording} && ${setUp}`, 'sh'],
      plan: [`dir=${b.recording}`, 'root=/usr/include'],
    });
    expect(code).toBe(125);
    expect(messages.find((message) => message.type === 'F')?.text).toContain('(No space left on device)');
  });
});

describe('names', () => {
  kernelTest('that are not UTF-8', async () => {
    const b = bench();
    const name = Buffer.concat([Buffer.from(`${b.work}/`), Buffer.from([0x61, 0xff, 0x62])]);
    writeFileSync(name, OLD);
    await b.calls(["truncate 'a%FFb 0"]);
    expect(summary(b.saved())).toEqual([['a\udcffb', OLD]]);
  });

  kernelTest('of 255 bytes, below a path of nearly 4096', async () => {
    const b = bench();
    const component = 'n'.repeat(255);
    const depth = Math.floor((4000 - b.work.length) / 256);
    let path = b.work;
    for (let i = 0; i < depth; i++) {
      path = join(path, component);
      mkdirSync(path);
    }
    writeFileSync(join(path, 'f'), OLD);
    await b.calls([`truncate '${join(path, 'f')} 0`]);
    expect(b.saved().map((node) => [node.name, text(node)])).toEqual([[join(path, 'f'), OLD]]);
  });

  kernelTest('below another root', async () => {
    const b = bench();
    mkdirSync(join(b.work, 'jail', 'etc'), { recursive: true });
    writeFileSync(join(b.work, 'jail', 'etc', 'passwd'), OLD);
    symlinkSync('/etc/passwd', join(b.work, 'jail', 'link'));
    writeFileSync(join(b.work, 'jail', 'other'), OLD);
    await b.calls(["chroot 'jail", "chdir '/", "truncate '/link 0", "truncate 'other 0", "truncate 'link 1"]);
    expect(summary(b.saved())).toEqual([
      ['jail/etc/passwd', OLD],
      ['jail/other', OLD],
    ]);
  });

  kernelTest('in another mount namespace', async () => {
    const b = bench();
    const newNamespace = 0x20000;
    const [recursivePrivate, bind] = [0x44000, 0x1000];
    writeFileSync(join(b.work, 'd', 'inner'), OLD);
    mkdirSync(join(b.work, 'mounted'));
    await b.calls([
      `unshare ${newNamespace}`,
      `mount 0 '/ 0 ${recursivePrivate} 0`,
      `mount 'd 'mounted 0 ${bind} 0`,
      "truncate 'mounted/inner 0",
    ]);
    expect(b.saved().map((node) => [node.ino, text(node)])).toEqual([[truth(join(b.work, 'd', 'inner')).ino, OLD]]);
  });
});

describe('other filesystems', () => {
  const mounts: Record<string, string> = {
    tmpfs: 'mount -t tmpfs none fs',
    'overlay, lower layer':
      'mkdir low up aux && LOW && mount -t overlay -o lowerdir=low,upperdir=up,workdir=aux none fs',
    'overlay, upper layer': 'mkdir low up aux && mount -t overlay -o lowerdir=low,upperdir=up,workdir=aux none fs',
  };
  for (const [name, mount] of Object.entries(mounts)) {
    kernelTest(name, async () => {
      const b = bench();
      mkdirSync(join(b.work, 'fs'));
      // Overlay does not take a folder of an overlay as its upper layer, which a container's /tmp may be.
      const scratch = `mount -t tmpfs none . && cd ${b.work} && mkdir fs`;
      const make = (at: string) => `for f in opened unlinked replaced new; do echo old $f > ${at}/$f; done`;
      const inLower = mount.includes('LOW');
      const setUp = [scratch, mount.replace('LOW', make('low')), inLower ? ':' : make('fs'), 'exec "$@"'].join(' && ');
      const { code } = await b.run(['sh', '-c', 'cd fs && echo x > opened && rm unlinked && mv new replaced'], {
        through: ['unshare', '--mount', 'sh', '-c', `cd ${b.work} && ${setUp}`, 'sh'],
      });
      expect(code).toBe(0);
      expect(summary(b.saved()).filter(([, content]) => content !== undefined)).toEqual([
        ['fs/opened', 'old opened\n'],
        ['fs/unlinked', 'old unlinked\n'],
        ['fs/replaced', 'old replaced\n'],
      ]);
    });
  }

  for (const [name, tool] of Object.entries({ btrfs: 'mkfs.btrfs', xfs: 'mkfs.xfs' })) {
    kernelTest(`${name}: a large content is a reflink, also above the limit`, async (context) => {
      if (!existsSync(`/usr/sbin/${tool}`) && !existsSync(`/sbin/${tool}`)) context.skip(`${tool} is not installed`);
      const b = bench();
      const image = join(b.work, 'image');
      writeFileSync(image, '');
      truncateSync(image, 400 << 20);
      execFileSync(tool, ['-q', image]);
      const fs = join(b.work, 'fs');
      mkdirSync(fs);
      const report = join(b.work, 'report');
      const fill = `mkdir ${fs}/rec && head -c 3000000 /dev/urandom > ${fs}/big && sync -f ${fs}/big`;
      // The mount goes away with its namespace: what is to be compared is copied out by the command itself.
      const after = `cp -r ${fs}/rec/preimage ${report}`;
      const { code, messages } = await b.run(
        ['sh', '-c', `sha256sum < big > ${report}.sum && echo x > big && rm big && ${after}`],
        {
          through: [
            'unshare',
            '--mount',
            'sh',
            '-c',
            `mount -o loop ${image} ${fs} && cd ${fs} && ${fill} && exec "$@"`,
            'sh',
          ],
          plan: [`dir=${fs}/rec`, `root=${fs}`, `skip=${fs}/rec`, `skip=${report}`, 'preimage-limit=1000000'],
        },
      );
      expect(code).toBe(0);
      expect(messages.filter((message) => message.type === 'W')).toEqual([]);
      const sum = execFileSync('sha256sum', { input: readFileSync(join(report, '1')) }).toString();
      expect(sum).toBe(readFileSync(`${report}.sum`, 'utf8'));
    });
  }

  kernelTest('below namespaces of users, processes and mounts', async () => {
    const b = bench();
    await b.run(['unshare', '-Urmpf', 'sh', '-c', 'mount -t proc none /proc; echo x > f; mount --bind d d; rm -r d']);
    expect(summary(b.saved().filter((node) => node.kind === 'preimage'))).toEqual([
      ['f', OLD],
      ['d', undefined],
    ]);
  });
});

describe('asynchronous calls', () => {
  kernelTest('io_uring and aio answer ENOSYS, so that programs use the plain calls', async () => {
    await bench().calls(['!io_uring_setup 1 q:0,0,0,0,0,0,0,0,0,0,0,0,0,0,0', '!io_setup 1 q:0']);
  });

  kernelTest('are let through when asked for', async () => {
    await bench().calls(['io_setup 1 q:0'], { extraPlan: ['io-uring=allow'] });
  });

  kernelTest('are answered without a guard, too', async () => {
    const b = bench();
    await b.calls(['!io_setup 1 q:0', "truncate 'f 0"], { extraPlan: ['guard=0'] });
    expect(b.saved()).toEqual([]);
    expect(b.base().length).toBe(4);
  });
});

kernelTest('a command below another seccomp listener runs unguarded, and says so', async () => {
  const outer = bench();
  const inner = new LauncherBench(join(outer.work, 'inner'));
  const running = inner.start(['true']);
  await running.done;
  const words = running.child.spawnargs;
  const { code } = await outer.run(words);
  expect(code).toBe(0);
  const warnings = readFileSync(words[4] as string, 'utf8').match(/runs unguarded \(it already runs under/g);
  expect(warnings?.length).toBe(1);
});

kernelTest('rm -rf of 5,000 files: how long it takes', async () => {
  const b = bench();
  const times: number[] = [];
  for (const guarded of [false, true]) {
    mkdirSync(join(b.work, 't'));
    await b.direct(['sh', '-c', 'cd t && seq 5000 | split -l 1 -a 4 - x']);
    const start = performance.now();
    const { code } = await b.run(['rm', '-rf', 't'], { extraPlan: [`guard=${guarded ? 1 : 0}`] });
    times.push(performance.now() - start);
    expect(code).toBe(0);
  }
  expect(b.saved().filter((node) => node.content !== undefined).length).toBe(5000);
  const [plain = 0, guarded = 0] = times;
  process.stderr.write(
    `rm -rf of 5,000 files: ${plain.toFixed(0)} ms plain, ${guarded.toFixed(0)} ms guarded (${(guarded / plain).toFixed(2)}×)\n`,
  );
});
