/** Root, through sudo, on a store that a user owns: nothing that the user put there makes root touch anything else. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest } from '../support/kernel.js';
import { Bench, type RunOptions } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** Nobody's: it needs no entry in passwd. */
const USER = 54321;
const temp = tempFolders();

/** A user's folder with the store in it, and a folder that is root's alone. */
class SharedBench extends Bench {
  readonly victim: string;

  constructor(folder: string) {
    const users = join(folder, 'user');
    mkdirSync(users, { recursive: true });
    super(users);
    chmodSync(folder, 0o755);
    for (const path of [users, this.work]) chownSync(path, USER, USER);
    this.victim = join(folder, 'victim');
    mkdirSync(join(this.victim, 'folder'), { recursive: true });
    chmodSync(this.victim, 0o755); // its names can be looked up
    writeFileSync(join(this.victim, 'secret'), 'root’s\n', { mode: 0o600 });
    writeFileSync(join(this.victim, 'empty'), '', { mode: 0o600 });
  }

  /** As `sudo -E dk ARGS…` of the user. */
  sudo(args: readonly string[], options: RunOptions = {}) {
    const env = { SUDO_UID: `${USER}`, SUDO_GID: `${USER}`, SUDO_USER: 'someone', SUDO_COMMAND: 'dk' };
    return this.dk(args, { ...options, env: { ...env, ...options.env } });
  }

  /** What the user does in their store. */
  plant(script: string): void {
    const as = [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', 'sh', '-ec', script];
    const env = { PATH: process.env.PATH, H: this.home, V: this.victim };
    execFileSync('setpriv', as, { cwd: this.folder, env });
  }

  victims(): string {
    return execFileSync('find', [this.victim, '-printf', '%P %y %U:%G %m %n %s\n']).toString();
  }

  owners(): string[] {
    const listed = execFileSync('find', [this.home, '-printf', '%U:%G\n']).toString().trim().split('\n');
    return [...new Set(listed)];
  }
}

/** What each of them opens or writes first is another thing. */
const COMMANDS = {
  run: ['run', '--no-tui', '--', 'true'],
  ls: ['ls'],
  cat: ['cat', '@last', 'f'],
  rm: ['rm', '@last'],
  export: ['export', '@last', '-o', 'out.dk.zip'],
} as const;

/** What a user may put into their store; H is the store, V the folder that is root's. */
const PLANTED: readonly [what: string, script: string, verbs: readonly (keyof typeof COMMANDS)[]][] = [
  [
    'a catalogue that is a link',
    'rm -f $H/catalog.db*; ln -s $V/secret $H/catalog.db; ln -s $V/new $H/catalog.db.lock',
    ['run', 'ls', 'rm', 'export'],
  ],
  ['a catalogue that is a link to an empty file', 'rm -f $H/catalog.db*; ln -s $V/empty $H/catalog.db', ['run', 'cat']],
  ['a log of the catalogue that is a link', 'ln -sf $V/empty $H/catalog.db-wal', ['run']],
  ['a catalogue that is a FIFO', 'rm -f $H/catalog.db*; mkfifo $H/catalog.db', ['cat']],
  ['recordings that are a link', 'mv $H/recordings $H/../away; ln -s $V/folder $H/recordings', ['run', 'ls']],
  ['packs that are a link', 'rm -rf $H/packs; ln -s $V/folder $H/packs', ['run', 'cat']],
  ['a note of damage that is a link', 'ln -s $V/new $H/catalog.db.is-damaged', ['cat']],
  [
    'a recording that is a link',
    'for r in $H/recordings/*; do mv $r $H/../away; ln -s $V/folder $r; done',
    ['cat', 'rm'],
  ],
  ['a manifest that is a link', 'for r in $H/recordings/*; do ln -sf $V/secret $r/manifest.json; done', ['ls']],
  [
    'a manifest that is a FIFO',
    'for r in $H/recordings/*; do rm $r/manifest.json; mkfifo $r/manifest.json; done',
    ['ls'],
  ],
  ['a base that is a link', 'for r in $H/recordings/*; do ln -sf $V/secret $r/base.bin; done', ['cat']],
  ['a table that is a FIFO', 'for r in $H/recordings/*; do rm $r/index.tbl; mkfifo $r/index.tbl; done', ['cat']],
  [
    'an index whose lock is a link',
    'for r in $H/recordings/*; do rm $r/index.tbl; mkdir $r/index; ln -s $V/new $r/index/LOCK; ln -s $V/secret $r/index/CURRENT; done',
    ['cat'],
  ],
  ['packs that are links', 'for p in $H/packs/*; do ln -sf $V/secret $p; done', ['cat', 'export']],
];

describe('what a user planted', () => {
  kernelTest(
    'makes root touch nothing of its own, and tell nothing of it',
    async () => {
      const made = new SharedBench(temp());
      writeFileSync(join(made.work, 'f'), 'old\n');
      expect((await made.sudo(['run', '--no-tui', '--', 'sh', '-c', 'echo new > f'])).code).toBe(0);
      made.plant('cp -a $H sound');
      const before = made.victims();
      for (const [what, script, verbs] of PLANTED) {
        for (const verb of verbs) {
          made.plant(`rm -rf $H away; cp -a sound $H; ${script}`);
          const { code, stdout, stderr } = await made.sudo(COMMANDS[verb]);
          expect([what, verb, made.victims()]).toEqual([what, verb, before]);
          expect([what, verb, `${stdout}${stderr}`.includes('root’s')]).toEqual([what, verb, false]);
          expect([what, verb, code === null || code === 70]).toEqual([what, verb, false]);
        }
      }
    },
    600_000,
  );

  kernelTest('a hard link does not give root’s file away either', async () => {
    const b = new SharedBench(temp());
    b.plant('mkdir -m 700 $H');
    // As root: the kernel lets a user make such links only where protected_hardlinks is off.
    linkSync(join(b.victim, 'secret'), join(b.home, 'catalog.db'));
    const before = b.victims();
    for (const verb of ['run', 'ls', 'rm'] as const) {
      await b.sudo(COMMANDS[verb]);
      expect([verb, b.victims()]).toEqual([verb, before]);
    }
    expect(readFileSync(join(b.victim, 'secret'), 'utf8')).toBe('root’s\n');
  });

  kernelTest('a store that is exchanged during the run leads root nowhere', async () => {
    const b = new SharedBench(temp());
    const before = b.victims();
    const script = `setpriv --reuid=${USER} --regid=${USER} --clear-groups sh -c 'mv ${b.home} ${b.home}.old; ln -s ${b.victim}/folder ${b.home}'; echo x > f`;
    const { code } = await b.sudo(['run', '--no-tui', '--', 'sh', '-c', script]);
    expect(code).toBe(0);
    expect(b.victims()).toBe(before);
  });

  kernelTest('nor do files of a recording that are exchanged while it is made', async () => {
    const b = new SharedBench(temp());
    writeFileSync(join(b.work, 'f'), 'old\n');
    const before = b.victims();
    // The pre-images and the journal turn into links to what only root may read; then there is more to write and to read.
    const exchange = 'for p in $H/recordings/*/*/*; do ln -sf $V/secret $p; done';
    const script = `echo 1 > f; H=${b.home} V=${b.victim} setpriv --reuid=${USER} --regid=${USER} --clear-groups sh -c '${exchange}'; echo 2 > g`;
    await b.sudo(['run', '--no-tui', '--', 'sh', '-c', script]);
    expect(b.victims()).toBe(before);
    expect(spawnSync('grep', ['-rl', 'root’s', b.home]).stdout.toString()).toBe('');
  });
});

describe('a store that root and its owner share', () => {
  kernelTest('has what root recorded, and it is the owner’s', async () => {
    const b = new SharedBench(temp());
    const script = 'umask 077; id -u > who; mkdir closed; echo x > closed/inner; chown 1:1 who; rm -r closed';
    const { code, stderr } = await b.sudo(['run', '--no-tui', '--', 'sh', '-c', script]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^dk: recorded \S+ · \d+ events · .* · 0 gaps · verified · /);
    expect(b.owners()).toEqual([`${USER}:${USER}`]);
    // The command was root's all the same.
    expect(readFileSync(join(b.work, 'who'), 'utf8')).toBe('0\n');
    expect(lstatSync(join(b.work, 'who')).uid).toBe(1);
    const asOwner = spawnSync(
      'setpriv',
      [
        `--reuid=${USER}`,
        `--regid=${USER}`,
        '--clear-groups',
        process.execPath,
        join(import.meta.dirname, '../../dist/program/main.js'),
        'ls',
        '--json',
      ],
      { env: b.env, encoding: 'utf8' },
    );
    const asRoot = await b.sudo(['ls', '--json']);
    expect(asRoot.stdout).toBe(asOwner.stdout);
    expect(JSON.parse(asRoot.stdout)).toMatchObject({ state: 'sealed' });
    expect((await b.sudo(['rm', '@last'])).code).toBe(0);
    expect(readdirSync(join(b.home, 'recordings'))).toEqual([]);
  });

  kernelTest('is new, and the owner’s from the beginning', async () => {
    const b = new SharedBench(temp());
    expect((await b.sudo(['run', '--no-tui', '--', 'true'], { env: { DK_HOME: join(b.folder, 'a/b/c') } })).code).toBe(
      0,
    );
    const listed = execFileSync('find', [join(b.folder, 'a'), '-printf', '%U:%G\n'])
      .toString()
      .trim()
      .split('\n');
    expect([...new Set(listed)]).toEqual([`${USER}:${USER}`]);
  });

  kernelTest('with --until-fail, too', async () => {
    const b = new SharedBench(temp());
    const script = 'echo "$ODD" >> runs; [ "$(wc -l < runs)" -lt 2 ]';
    const { code } = await b.sudo(['run', '--no-tui', '--until-fail', '--', 'sh', '-c', script], {
      env: { ODD: ' a  b ' },
    });
    expect(code).toBe(1);
    expect(readFileSync(join(b.work, 'runs'), 'utf8')).toBe(' a  b \n a  b \n');
    expect(b.owners()).toEqual([`${USER}:${USER}`]);
  });
});

describe('a store that is somebody else’s', () => {
  const refused = (home: string, owner: number) =>
    `dk: The store ${home} is not yours: its folder belongs to user ${owner}.\nRun dk as that user, or set DK_HOME to a folder of your own.\n`;

  kernelTest('is left alone by root that nobody asked, and by root that another asked', async () => {
    const b = new SharedBench(temp());
    b.plant('mkdir -m 700 $H');
    for (const env of [{}, { SUDO_UID: '1', SUDO_GID: '1' }, { SUDO_UID: `${USER}` }]) {
      expect(await b.dk(['ls'], { env })).toMatchObject({ code: 5, stdout: '', stderr: refused(b.home, USER) });
      const run = await b.dk(['run', '--no-tui', '--', 'touch', 'ran'], { env });
      expect(run).toMatchObject({ code: 125, stdout: '', stderr: refused(b.home, USER) });
    }
    expect(readdirSync(b.home)).toEqual([]);
    expect(existsSync(join(b.work, 'ran'))).toBe(false);
  });

  kernelTest('is left alone by another user', async () => {
    const b = new SharedBench(temp());
    const program = [process.execPath, join(import.meta.dirname, '../../dist/program/main.js'), 'ls'];
    b.plant('mkdir -m 755 $H');
    const other = spawnSync('setpriv', ['--reuid=1', '--regid=1', '--clear-groups', ...program], {
      env: b.env,
      encoding: 'utf8',
    });
    expect([other.status, other.stderr]).toEqual([5, refused(b.home, USER)]);
    expect(lstatSync(b.home).mode & 0o777).toBe(0o755);
  });

  kernelTest('root keeps no store where others can exchange its folder', async () => {
    const b = new SharedBench(temp());
    mkdirSync(b.home, { mode: 0o700 });
    expect(await b.dk(['ls'])).toMatchObject({
      code: 5,
      stderr:
        `dk: The store ${b.home} is not safe for root: others than root can exchange what stands in ${b.folder}.\n` +
        'Set DK_HOME to a folder that root alone can reach, or run dk as the user.\n',
    });
    const link = join(b.folder, 'link');
    const safe = join(b.victim, 'store');
    mkdirSync(safe, { mode: 0o700 });
    symlinkSync(safe, link);
    expect(await b.dk(['ls'], { env: { DK_HOME: link } })).toMatchObject({ code: 5 });
    expect(await b.dk(['ls'], { env: { DK_HOME: safe } })).toMatchObject({ code: 0 });
    rmSync(link);
  });
});
